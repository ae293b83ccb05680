/**
 * Every statement of the admin: a select from one view or table of the public contract. The pages print them in their
 * footers, so that what is shown can be read again, and further, in psql.
 */

/** One snapshot for a whole page: its parts agree with each other, and now() is the same in all of them. */
export const beginRead = `begin isolation level repeatable read read only; set local statement_timeout = '5s'`
/** Whoever waits for a lock of somebody's migration is told so, before their browser gives up. */
export const beginChange = `begin; set local statement_timeout = '20s'; set local lock_timeout = '5s'`
/** Read by the triggers that write the audit log. */
export const actAs = `
select set_config('outbox.actor', $1, true), set_config('outbox.door', $2, true), set_config('outbox.address', $3, true)`
export const commit = `commit`

export const databaseTime = `select now() as now`

export const relays = `
select id, name, version, started_at, alive_until
from outbox.relays
order by id
limit 50`
export interface RelayRow {
  id: number
  name: string
  version: string
  started_at: Date
  alive_until: Date
}

export const webhooks = `
select id, url, description, enabled, disabled_reason
from outbox.webhooks
order by created_at desc, id
limit 50`
export interface WebhookRow {
  id: string
  url: string
  description: string | null
  enabled: boolean
  disabled_reason: string | null
}
export const webhooksById = `
select id, url, description, enabled, disabled_reason
from outbox.webhooks
where id = any ($1)`

/**
 * How many deliveries are counted at most. A count of a day costs as much as the day was busy; the newest ones are read
 * from the end of the primary key, which begins with the time, and cost the same however many there are.
 */
export const COUNTED = 10_000

export const deliveryCounts = `
select webhook_id, status, count(*)::integer as deliveries, min(created_at) as oldest
from (
  select webhook_id, status, created_at
  from outbox.webhook_deliveries
  where id >= outbox.uuid_at(now() - interval '24 hours')
  order by id desc
  limit ${COUNTED}
) as newest
group by webhook_id, status`
export interface CountRow {
  webhook_id: string
  status: Status
  deliveries: number
  oldest: Date
}

export type Status = 'pending' | 'delivered' | 'dead' | 'held'

export const newestDeliveries = `
select id, webhook_id, event_id, event_type, status, attempts, created_at, next_attempt_at, leased_by,
       response ->> 'status' as response_status, left(response ->> 'error', 200) as error
from outbox.webhook_deliveries
order by id desc
limit 25`
export interface DeliveryRow {
  id: string
  webhook_id: string
  event_id: string
  event_type: string
  status: Status
  attempts: number
  created_at: Date
  next_attempt_at: Date | null
  leased_by: number | null
  response_status: string | null
  error: string | null
}

export const eventKeys = `
select id, left(key, 200) as key
from outbox.events
where id = any ($1)`
export interface KeyRow {
  id: string
  key: string | null
}

/** The payload as text: parsed by JavaScript, digits beyond 2^53 would be lost. */
export const delivery = `
select id, webhook_id, event_id, event_type, status, attempts, created_at, next_attempt_at, leased_by,
       left(key, 200) as key, tenant, context::text as context, left(payload::text, 262144) as payload,
       length(payload::text) as payload_length
from outbox.webhook_deliveries
where id = $1`
export interface DeliveryPageRow extends Omit<DeliveryRow, 'response_status' | 'error'> {
  key: string | null
  tenant: string | null
  context: string | null
  payload: string | null
  payload_length: number | null
}

export const attempts = `
select attempt, attempted_at, duration_ms, response_status, response_headers::text as response_headers,
       response_body, error
from outbox.webhook_attempts
where delivery_id = $1
order by attempt desc
limit 200`
export interface AttemptRow {
  attempt: number
  attempted_at: Date
  duration_ms: number
  response_status: number | null
  response_headers: string | null
  response_body: string | null
  error: string | null
}

/** A statement as one types it into psql, with the id that the page is about in place of its parameter. */
export function forPsql(statement: string, id = ''): string {
  return `${statement.trim().replaceAll(/\$1(?!\d)/g, () => `'${id}'`)};`
}
