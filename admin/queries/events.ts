/** Single events: what they hold, who got them, and what sends them again. Lists of them: ./search.ts. */
import type { Status } from '../queries.ts'

/** The data as text: parsed by JavaScript, digits beyond 2^53 would be lost. */
export const event = `
select id, type, key, tenant, txid, occurred_at, only_for, context::text as context,
       left(data::text, 262144) as data, length(data::text) as data_length
from outbox.events
where id = $1`
export interface EventRow {
  id: string
  type: string
  key: string | null
  tenant: string | null
  txid: string
  occurred_at: Date
  only_for: string | null
  context: string | null
  data: string
  data_length: number
}

export const EXPLAINED = 200

/** A webhook that matches now and has no delivery has missed the event: it was disabled, or came later. */
export const explanation = `
select webhook_id, url, matched, reason, status, attempts, next_attempt_at, response_status, left(error, 200) as error,
       outbox.delivery_id($1, webhook_id) as delivery_id,
       webhook_id in (select m.webhook_id from outbox.matches(array[$1::uuid], $1, $1) as m) as wanted_now
from outbox.explain($1)
limit ${EXPLAINED}`
export interface ExplanationRow {
  webhook_id: string
  /** Null: the webhook has been deleted. */
  url: string | null
  matched: boolean
  reason: string
  /** Null: there is no delivery. */
  status: Status | null
  attempts: number | null
  next_attempt_at: Date | null
  response_status: number | null
  error: string | null
  delivery_id: string
  wanted_now: boolean
}

/** As people read it in psql. */
export const explained = `
select *
from outbox.explain($1)`

export const emitEvent = `select outbox.emit($1, $2::json, $3, $4) as id`

export const resend = `select outbox.resend($1) as status`

/** The events of one type and one millisecond that the webhook has no delivery of: this one, and hardly ever another. */
export const sendMissed = `
select deliveries
from outbox.replay($1, outbox.uuid_time($2), outbox.uuid_time($2) + interval '1 ms',
  event_types => array(select e.type from outbox.events as e where e.id = $2), which => 'missed', dry_run => $3)`
