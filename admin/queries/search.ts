/** Searches among deliveries and events, made in portions by ../search.ts. */

/** Around each portion: a limit of time for it, after which the transaction can go on. */
export const beginPortion = `savepoint portion`
export const limitPortion = `select set_config('statement_timeout', $1, true)`
export const endPortion = `rollback to savepoint portion; release savepoint portion`

export interface DeliveryFilter {
  webhook_id?: string | null
  statuses?: readonly DeliveryStatus[] | null
  /** Patterns, as in webhooks.events. */
  event_types?: readonly string[] | null
  key?: string | null
  tenant?: string | null
  /** `503`, `5xx`, or `none`: no answer. */
  response?: string | null
  /** In the payload, the answer's body, the error or the key; upper and lower case are the same. */
  contains?: string | null
  /** When the event was written: from here on … */
  since?: Date | string | null
  /** … and before this instant. */
  until?: Date | string | null
}

export type DeliveryStatus = 'pending' | 'held' | 'delivered' | 'dead'

export const foundDeliveries = `
select id, webhook_id, url, event_id, event_type, key, tenant, status, attempts, created_at, attempted_at, next_attempt_at,
       leased_by, response_status, duration_ms, error
from outbox.find_deliveries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
export interface FoundDelivery {
  id: string
  webhook_id: string
  /** Null: the webhook has been deleted. */
  url: string | null
  event_id: string
  event_type: string
  key: string | null
  tenant: string | null
  status: DeliveryStatus
  attempts: number
  created_at: Date
  attempted_at: Date | null
  next_attempt_at: Date | null
  leased_by: number | null
  response_status: number | null
  duration_ms: number | null
  error: string | null
}

export const deliveryPortion = `
select outbox.delivery_portion(outbox.delivery_search($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13), $14) as position`
export interface PortionRow {
  position: string | null
}

export interface EventFilter {
  event_types?: readonly string[] | null
  key?: string | null
  tenant?: string | null
  /** In the data or the key. */
  contains?: string | null
  since?: Date | string | null
  until?: Date | string | null
  /** Of this transaction only. */
  txid?: string | null
}

export const foundEvents = `
select id, type, key, tenant, txid, occurred_at, only_for, data_bytes
from outbox.find_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
export interface FoundEvent {
  id: string
  type: string
  key: string | null
  tenant: string | null
  txid: string
  occurred_at: Date
  /** The only webhook that it is meant for. */
  only_for: string | null
  data_bytes: number
}

export const eventPortion = `select outbox.event_portion($1, $2, $3, $4, $5, $6) as position`

/** Null for the webhook: of all of them. Each is counted up to 10000. */
export const deliveryCounts = `select pending, held, dead from outbox.count_deliveries($1)`
export interface DeliveryCounts {
  pending: number
  held: number
  dead: number
}
