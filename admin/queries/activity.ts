/** What relays have counted as they sent: series for charts. Kept for two days. */

/** Null for the webhook: all of them together. Steps of an hour are the quickest. */
export const activity = `
select bucket, delivered::integer as delivered, failed::integer as failed, dead::integer as dead, p50_ms, p95_ms, p99_ms
from outbox.activity($1, now() - $2::interval, $3::interval)`
export interface ActivityRow {
  /** The beginning of the step. */
  bucket: Date
  delivered: number
  failed: number
  dead: number
  /** Null: there was no attempt. */
  p50_ms: number | null
  p95_ms: number | null
  p99_ms: number | null
}

/** A row for each of the webhooks, in their order. */
export const sparklines = `
select webhook_id, since, delivered, failed, dead
from outbox.sparklines($1)`
export interface SparklineRow {
  webhook_id: string
  /** The beginning of the first of the 24 hours. */
  since: Date
  delivered: number[]
  failed: number[]
  dead: number[]
}
