/** The last hour, and what waits. */

export const lastHour = `
select minute, delivered::integer as delivered, failed::integer as failed, dead::integer as dead,
       p50_ms::float8 as p50_ms, p95_ms::float8 as p95_ms
from outbox.throughput
order by minute`
export interface MinuteRow {
  minute: Date
  delivered: number
  failed: number
  dead: number
  /** Null: there was no attempt. */
  p50_ms: number | null
  p95_ms: number | null
}

export const backlogSum = `
select coalesce(sum(waiting), 0)::float8 as waiting, coalesce(sum(due), 0)::float8 as due,
       coalesce(sum(held), 0)::float8 as held
from outbox.backlog`
export interface BacklogSumRow {
  waiting: number
  due: number
  held: number
}
