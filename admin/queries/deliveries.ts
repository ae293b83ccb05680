/** One delivery, and what can be done with deliveries. */

/** The payload as text: parsed by JavaScript, digits beyond 2^53 would be lost. */
export const deliveryResource = `
select d.id, d.webhook_id, d.event_id, d.event_type, d.key, d.tenant, d.status, d.attempts, d.created_at, d.attempted_at,
       d.next_attempt_at, d.leased_by, d.payload::text as payload
from outbox.webhook_deliveries as d
where d.id = $1`
export interface DeliveryResourceRow {
  id: string
  webhook_id: string
  event_id: string
  event_type: string
  key: string | null
  tenant: string | null
  status: string
  attempts: number
  created_at: Date
  attempted_at: Date | null
  next_attempt_at: Date | null
  leased_by: number | null
  payload: string | null
}

export const attemptResources = `
select attempt, attempted_at, duration_ms, response_status, response_headers::text as response_headers, response_body, error
from outbox.webhook_attempts
where delivery_id = $1
order by attempt desc
limit $2`
export interface AttemptResourceRow {
  attempt: number
  attempted_at: Date
  duration_ms: number
  response_status: number | null
  response_headers: string | null
  response_body: string | null
  error: string | null
}

export const resend = `select outbox.resend($1) as status`

export const resendAll = `
select deliveries, more
from outbox.resend_all($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, false), coalesce($10, 100))`
export interface ResentRow {
  deliveries: number
  more: boolean
}

/** The data out of the body of the request, with its exact digits. */
export const sendTest = `
select event_id, delivery_id, will_be_sent, reason
from outbox.send_test($1, $2, $3::json -> 'data')`
export interface TestRow {
  event_id: string
  delivery_id: string
  will_be_sent: boolean
  reason: string
}
