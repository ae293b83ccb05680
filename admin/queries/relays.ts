/** Who is at work, what waits, and how the installation is set. */

export const relays = `
select id, name, version, state, started_at, alive_until, batches::integer, deliveries::integer
from outbox.relays
order by array_position('{hung,at work,gone}', state), id
limit 100`
export interface RelayRow {
  id: number
  name: string
  version: string
  state: 'at work' | 'hung' | 'gone'
  started_at: Date
  alive_until: Date
  batches: number
  deliveries: number
}

export const backlog = `
select queue, webhook_id, url, waiting, due, under_way, held, oldest_at, next_attempt_at
from outbox.backlog
limit 100`
export interface BacklogRow {
  queue: 'log' | 'batches' | 'bursts' | 'webhook'
  webhook_id: string | null
  url: string | null
  waiting: string
  due: string
  under_way: string
  held: string
  oldest_at: Date | null
  next_attempt_at: Date | null
}

export const blockers = `
select kind, pid, who, since, state, what, effect, mend
from outbox.blockers
order by since nulls last
limit 100`
export interface BlockerRow {
  kind: string
  pid: number | null
  who: string | null
  since: Date | null
  state: string | null
  what: string | null
  effect: string
  mend: string | null
}

export const storage = `
select table_name, rows, size, dead_tuples, partitions, oldest_day::text, kept_until, last_autovacuum
from outbox.storage
limit 100`
export interface StorageRow {
  table_name: string
  rows: string
  size: string
  dead_tuples: string
  partitions: string
  oldest_day: string | null
  kept_until: Date | null
  last_autovacuum: Date | null
}

export const pausedAt = `select paused_at from outbox.settings`
export const pause = `select outbox.pause() as changed`
export const resume = `select outbox.resume() as changed`
