/** The fixture's world with receivers and relays in it, all gone before the test's database is. */
import type { RelayConfig } from '../../relay/config.ts'
import { withClient, type Client } from '../../sql/db.ts'
import { test as base } from './fixture.ts'
import { startReceiver, type Receiver, type ReceiverOptions } from './receiver.ts'
import { localRelay, spawnRelay, type LocalRelay, type RelayProcess } from './relay.ts'

export { describe, expect } from 'vitest'

export interface World {
  /** Starts a receiver. */
  receive: (options?: ReceiverOptions | ReceiverOptions['answer']) => Promise<Receiver>
  /** Starts a relay in this process on the test's database, and waits until it is ready. */
  relay: (changes?: Partial<RelayConfig>) => Promise<LocalRelay>
  /** Spawns `outbox relay` on the test's database (or another URL) and waits until it is ready. */
  relayProcess: (environment?: Record<string, string>, url?: string) => Promise<RelayProcess>
}

export const test = base.extend<World>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the dependencies of a fixture from this pattern
  receive: async ({}, use) => {
    const receivers: Receiver[] = []
    await use(async (given = {}) => {
      const receiver = await startReceiver(typeof given === 'function' ? { answer: given } : given)
      receivers.push(receiver)
      return receiver
    })
    await Promise.all(receivers.map((receiver) => receiver.close()))
  },
  relay: async ({ database, receive }, use) => {
    // Named only so that receivers outlive relays: a stopping relay waits for answers.
    void receive
    const relays: LocalRelay[] = []
    await use(async (changes = {}) => {
      const relay = localRelay(database.url, { grace_ms: 200, ...changes })
      relays.push(relay)
      await relay.start()
      return relay
    })
    await Promise.all(relays.map((relay) => relay.stop()))
  },
  relayProcess: async ({ database }, use) => {
    const relays: RelayProcess[] = []
    await use(async (environment, url = database.url) => {
      const relay = spawnRelay(url, environment)
      relays.push(relay)
      await relay.ready
      return relay
    })
    await Promise.all(relays.map((relay) => relay.kill()))
  },
})

export interface Webhook {
  url: string
  events?: string[]
  enabled?: boolean
  filter?: string
  tenant?: string
  rate_limit?: number
  max_in_flight?: number
  timeout?: string
  retry_schedule?: string[]
}

/** Inserts a webhook and returns its id. */
export async function makeWebhook(db: Client, webhook: Webhook): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `insert into outbox.webhooks (url, events, enabled, filter, tenant, rate_limit, max_in_flight, timeout, retry_schedule)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [
      webhook.url,
      webhook.events ?? ['*'],
      webhook.enabled ?? true,
      webhook.filter,
      webhook.tenant,
      webhook.rate_limit,
      webhook.max_in_flight ?? 10,
      webhook.timeout,
      webhook.retry_schedule,
    ],
  )
  return only(rows).id
}

/** Writes a custom event and returns its id. */
export async function emit(db: Client, type = 'ticket.created', data: unknown = {}, tenant?: string): Promise<string> {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  const { rows } = await db.query<{ id: string }>(`select outbox.emit($1, $2, null, $3) as id`, [type, text, tenant])
  return only(rows).id
}

/** Writes so many events in one transaction; returns their ids in order. */
export async function emitMany(db: Client, count: number, type = 'ticket.created'): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select outbox.emit($1, json_build_object('n', n)) as id from generate_series(1, $2) as n`,
    [type, count],
  )
  return rows.map((row) => row.id)
}

export function only<T>(rows: readonly T[]): T {
  const [first] = rows
  if (first === undefined || rows.length !== 1) throw new Error(`expected one row, got ${rows.length}`)
  return first
}

/** The one value of a one-row answer. */
export async function ask<T = unknown>(db: Client, sql: string, values: unknown[] = []): Promise<T> {
  const { rows } = await db.query<Record<string, T>>(sql, values)
  return Object.values(only(rows))[0] as T
}

/** Runs the statements on a connection of their own. */
export async function run(url: string, sql: string): Promise<void> {
  await withClient({ url, name: 'test' }, (client) => client.query(sql))
}

const LOOK_MS = 10

/** Looks at the database until what is to be seen there is there. */
export async function eventually<T>(
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  within_ms = 10_000,
): Promise<T> {
  const deadline = performance.now() + within_ms
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > deadline)
      throw new Error(`after ${within_ms} ms still ${JSON.stringify(seen).slice(0, 1_000)}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

export interface Delivery {
  event_id: string
  status: 'pending' | 'delivered' | 'dead' | 'held'
  attempts: number
  response: { status: number | null; error: string | null; body: string | null } | null
  next_attempt_at: Date | null
  leased_by: number | null
}

/** The deliveries of a webhook as the view shows them, oldest first. */
export async function deliveries(db: Client, webhook_id: string): Promise<Delivery[]> {
  const { rows } = await db.query<Delivery>(
    `select event_id, status, attempts, response, next_attempt_at, leased_by
     from outbox.webhook_deliveries where webhook_id = $1 order by id`,
    [webhook_id],
  )
  return rows
}

/** Until the deliveries of the webhook are as wanted. */
export function settled(db: Client, webhook_id: string, holds: (seen: Delivery[]) => boolean): Promise<Delivery[]> {
  return eventually(() => deliveries(db, webhook_id), holds)
}

/** An event on its way to a webhook, in a batch that `relay` has leased. */
export interface Way {
  relay: number
  batch: string
  webhook: string
  event: string
}

export async function registerRelay(db: Client): Promise<number> {
  return ask(db, `select outbox.register_relay('test', '0', '1 h')`)
}

export async function onTheWay(db: Client, retry_schedule?: string[]): Promise<Way> {
  const webhook = await makeWebhook(db, {
    url: 'http://127.0.0.1:9',
    ...(retry_schedule === undefined ? {} : { retry_schedule }),
  })
  const relay = await registerRelay(db)
  const event = await emit(db)
  const { rows } = await db.query<{ batch_id: string }>('select batch_id from outbox.next_batch($1)', [relay])
  return { relay, batch: only(rows).batch_id, webhook, event }
}

export async function recordDelivered(db: Client, way: Way, relay = way.relay): Promise<void> {
  await db.query(
    `select outbox.record_delivered($1, array[$2::bigint], array[$3::uuid], array[$4::uuid], '{ticket.created}', '{NULL}',
       '{5}', '{4.5}', '{200}', '{"{}"}', '{ok}')`,
    [relay, way.batch, way.webhook, way.event],
  )
}

export interface Failure {
  relay?: number
  attempt?: number
  delivered?: boolean
  retry_after_s?: number
}

/** As the relay does it: a row for what has none yet, then the attempt, in one transaction. */
export async function recordFailed(db: Client, way: Way, given: Failure = {}): Promise<unknown[]> {
  const { relay = way.relay, attempt = 1, delivered = false, retry_after_s = null } = given
  await db.query('begin')
  if (attempt === 1)
    await db.query(
      `select outbox.record_pending($1, array[$2::bigint], array[$3::uuid], array[$4::uuid], '{ticket.created}', '{NULL}', true)`,
      [relay, way.batch, way.webhook, way.event],
    )
  const { rows } = await db.query(
    `select status from outbox.record_attempts($1, array[$2::uuid], array[$3::uuid], array[$4::integer], array[$5::boolean],
       '{5}', '{4.5}', array[$6::integer], '{"{}"}', '{no}', '{NULL}', array[$7::real])`,
    [relay, way.event, way.webhook, attempt, delivered, delivered ? 200 : 500, retry_after_s],
  )
  await db.query('commit')
  return rows
}
