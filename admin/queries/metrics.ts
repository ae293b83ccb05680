/** What /metrics tells, a select a view. Numbers come as float8: so they are numbers in JavaScript, too. */

export const queues = `
select queue, webhook_id, waiting::float8 as waiting, due::float8 as due, held::float8 as held,
       extract(epoch from now() - oldest_at)::float8 as oldest_age_s,
       extract(epoch from now() - next_attempt_at)::float8 as overdue_s
from outbox.backlog`
export interface QueueRow {
  queue: 'log' | 'batches' | 'bursts' | 'webhook'
  webhook_id: string | null
  waiting: number
  due: number
  held: number
  oldest_age_s: number | null
  overdue_s: number | null
}

export const webhookFigures = `
select webhook_id, state, (attempts_24h - failed_24h)::float8 as delivered_24h, failed_24h::float8 as failed_24h, dead_24h::float8 as dead_24h,
       p50_ms::float8 as p50_ms, p95_ms::float8 as p95_ms, pending::float8 as pending,
       extract(epoch from now() - failing_since)::float8 as failing_s
from outbox.webhook_health`
export interface WebhookFiguresRow {
  webhook_id: string
  state: string
  delivered_24h: number
  failed_24h: number
  dead_24h: number
  p50_ms: number | null
  p95_ms: number | null
  pending: number
  failing_s: number | null
}

/** The last minute that is over: the present one would look like a lull. */
export const lastMinute = `
select delivered::float8 as delivered, failed::float8 as failed, dead::float8 as dead
from outbox.throughput
order by minute desc
offset 1
limit 1`
export interface LastMinuteRow {
  delivered: number
  failed: number
  dead: number
}

export const relayStates = `
select state, count(*)::float8 as relays
from outbox.relays
group by state`
export interface RelayStateRow {
  state: string
  relays: number
}

export const findings = `
select severity, count(*)::float8 as findings
from outbox.health
group by severity`
export interface FindingsRow {
  severity: string
  findings: number
}
