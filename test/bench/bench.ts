/** What every scenario is given, and the few things that several of them do. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '../../sql/db.ts'
import type { Child } from './child.ts'
import { now } from './clock.ts'
import type { Finding } from './finding.ts'
import type { RawCalls } from './raw.ts'
import type { ReceiverCalls } from './receiver.ts'
import type { RelayProcess } from './relays.ts'
import type { World } from './world.ts'
import type { WriterCalls } from './writer.ts'

/** Steps that take back what was done; run in reverse, each whatever became of the others. */
export type Undo = (() => Promise<unknown>)[]

export interface Bench {
  world: World
  client: Client
  /** Interleaved rounds of which the median counts. */
  rounds: number
  /** Shorter rounds, for a first look. */
  quick: boolean
  /** Where the receiver listens, without a slash at the end. */
  origin: string
  receiver: Child<ReceiverCalls>
  writer: Child<WriterCalls>
  raw: Child<RawCalls>
  startRelay(): Promise<RelayProcess>
  /** A line on what goes on. */
  say(text: string): void
}

export type Scenario = (bench: Bench) => Promise<Finding[]>

/** About 500 bytes once the body is made of it. */
const DATA = `json_build_object('record', json_build_object('id', n, 'title', repeat('x', 300)), 'note', 'for the bench')`
const EVENTS_A_COMMIT = 100
/** Longer than anything here takes on a slow machine. */
const PATIENCE_MS = 180_000

/** Events of tenants 1, 2, …, the same number for each, in many transactions as an application would write them. */
export async function queueEvents(client: Client, events: number, tenants: number): Promise<void> {
  const text = `
    select count(outbox.emit('bench.queued', ${DATA}, tenant => ((n % $3) + 1)::text))
    from generate_series($1::integer, $2::integer) as n`
  for (let first = 0; first < events; first += EVENTS_A_COMMIT)
    await client.query({
      name: 'queue events',
      text,
      values: [first, Math.min(events, first + EVENTS_A_COMMIT) - 1, tenants],
    })
}

/** A webhook for each of the tenants 1, 2, …: every event matches one. */
export async function registerTenants(
  client: Client,
  { url, tenants, max_in_flight }: { url: string; tenants: number; max_in_flight: number },
): Promise<void> {
  await client.query(
    `insert into outbox.webhooks (url, events, tenant, max_in_flight, description)
     select $1 || '/' || n, '{bench.queued}', n, $3, 'bench' from generate_series(1, $2::integer) as n`,
    [url, tenants, max_in_flight],
  )
}

export async function removeWebhooks(client: Client): Promise<void> {
  await client.query('delete from outbox.webhooks')
}

/** Waits until all that was written has been sent and recorded. Returns when that was first seen. */
export async function untilRecorded(client: Client): Promise<number> {
  const deadline = now() + PATIENCE_MS
  while (now() < deadline) {
    const { rows } = await client.query<{ idle: boolean }>(
      `select not exists (select from outbox.batches) and not outbox.has_unread()
          and not exists (select from outbox.pending_deliveries as p join outbox.webhooks as w on w.id = p.webhook_id) as idle`,
    )
    if (rows[0]?.idle === true) return now()
    await wait(5)
  }
  throw new Error(`the relay has not done its work in ${PATIENCE_MS / 1_000} s`)
}

/** Builds a queue while the relay stands still, so that it meets the whole of it. Returns when it was let go. */
export async function queueFor(relays: readonly RelayProcess[], build: () => Promise<void>): Promise<number> {
  for (const relay of relays) relay.freeze()
  await build()
  for (const relay of relays) relay.thaw()
  return now()
}
