/** Pending deliveries: when they are due, who claims them, and what disabling a webhook does to them. */
import type { Client } from '../../sql/db.ts'
import { ask, deliveries, describe, emit, expect, makeWebhook, test } from '../support/world.ts'

const NOW = '2026-06-01T12:00:00Z'

/** So many pending deliveries of the webhook; the first is due at `from`, the others a second apart. Oldest first. */
async function makePending(db: Client, webhook_id: string, count: number, from = NOW): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n += 1)
    ids.push(
      await ask<string>(
        db,
        `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at)
         values (outbox.delivery_id($1, $2), $2, $1, 'ticket.created', $3::timestamptz + $4 * interval '1 s', now()) returning id`,
        [await emit(db), webhook_id, from, n],
      ),
    )
  return ids
}

interface Claim {
  full?: string[]
  /** Webhook and room. */
  rooms?: [string, number][]
  limit?: number
  now?: string
}

async function claim(db: Client, given: Claim = {}, relay = 1): Promise<{ id: string; webhook_id: string }[]> {
  const { full = [], rooms = [], limit = 200, now = '2026-06-01T13:00:00Z' } = given
  const { rows } = await db.query<{ id: string; webhook_id: string }>(
    'select id, webhook_id from outbox.claim_due($1, $2, $3, $4, $5, $6)',
    [relay, full, rooms.map(([id]) => id), rooms.map(([, room]) => room), limit, now],
  )
  return rows
}

const url = 'http://127.0.0.1:9'
const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).toSorted()

describe('outbox.claim_due', () => {
  test('gives what is due at the instant, with the body to send, and not what is due later', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    const pending = await makePending(db, webhook_id, 3)
    expect(ids(await claim(db, { now: '2026-06-01T12:00:01Z' }))).toEqual(pending.slice(0, 2).toSorted())
    expect(await claim(db, { now: '2026-06-01T12:00:01Z' })).toEqual([])
    await db.query('update outbox.pending_deliveries set leased_by = null, attempts = 4')
    const { rows } = await db.query(
      `select c.attempt, c.version, c.event_type, c.body = outbox.body(e) as same from outbox.claim_due(1) as c join outbox.events as e on e.id = c.event_id limit 1`,
    )
    expect(rows).toEqual([{ attempt: 5, version: 1, event_type: 'ticket.created', same: true }])
  })

  test('gives the longest due first, as many as the lane of each webhook has room for', async ({ db }) => {
    const [full, narrow, wide] = [
      await makeWebhook(db, { url }),
      await makeWebhook(db, { url }),
      await makeWebhook(db, { url, max_in_flight: 3 }),
    ]
    await makePending(db, full, 5)
    const narrow_ids = await makePending(db, narrow, 5)
    const wide_ids = await makePending(db, wide, 5)
    const claimed = await claim(db, { full: [full], rooms: [[narrow, 2]] })
    expect(ids(claimed)).toEqual([...narrow_ids.slice(0, 2), ...wide_ids.slice(0, 3)].toSorted())
  })

  test('gives no more than its limit', async ({ db }) => {
    await makePending(db, await makeWebhook(db, { url, max_in_flight: 100 }), 10)
    expect(await claim(db, { limit: 4 })).toHaveLength(4)
  })

  test('gives two claimers at once different deliveries, and neither waits', async ({ db, connect }) => {
    const all = await makePending(db, await makeWebhook(db, { url, max_in_flight: 3 }), 6)
    const other = await connect()
    await other.query(`set statement_timeout = '2 s'`)
    await db.query('begin')
    const first = await claim(db, {}, 1)
    const second = await claim(other, {}, 2)
    await db.query('commit')
    expect(first).toHaveLength(3)
    expect(ids([...first, ...second])).toEqual(all.toSorted())
    expect(await ask(db, 'select array_agg(distinct leased_by) from outbox.pending_deliveries')).toEqual([1, 2])
  })
})

describe('a disabled webhook', () => {
  test('holds its deliveries, and releases them when it is enabled', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    const pending = await makePending(db, webhook_id, 2)
    await db.query('update outbox.webhooks set enabled = false')
    expect(await claim(db)).toEqual([])
    expect(await ask(db, 'select outbox.next_due_at()')).toBeNull()
    expect((await deliveries(db, webhook_id)).map(({ status }) => status)).toEqual(['held', 'held'])
    await db.query('update outbox.webhooks set enabled = true')
    expect((await deliveries(db, webhook_id)).map(({ status }) => status)).toEqual(['pending', 'pending'])
    expect(ids(await claim(db))).toEqual(pending.toSorted())
  })

  test('does not hide what is due for others', async ({ db }) => {
    const webhooks = []
    for (let n = 0; n < 6; n += 1) webhooks.push(await makeWebhook(db, { url, enabled: n % 2 === 0 }))
    for (const webhook of webhooks) await makePending(db, webhook, 1)
    const claimed = new Set((await claim(db)).map(({ webhook_id }) => webhook_id))
    expect(claimed).toEqual(new Set(webhooks.filter((_, index) => index % 2 === 0)))
  })
})

describe('outbox.next_due_at', () => {
  test('is the earliest of all enabled webhooks, without what is leased', async ({ db }) => {
    const next = () => ask<Date | null>(db, 'select outbox.next_due_at()')
    expect(await next()).toBeNull()
    const late = await makeWebhook(db, { url })
    await makePending(db, late, 2, '2026-06-03T00:00:00Z')
    expect(await next()).toEqual(new Date('2026-06-03T00:00:00Z'))
    const early = await makeWebhook(db, { url })
    await makePending(db, early, 1, '2026-06-02T00:00:00Z')
    expect(await next()).toEqual(new Date('2026-06-02T00:00:00Z'))
    await db.query('update outbox.pending_deliveries set leased_by = 1 where webhook_id = $1', [early])
    expect(await next()).toEqual(new Date('2026-06-03T00:00:00Z'))
    await db.query('update outbox.webhooks set enabled = false where id = $1', [late])
    expect(await next()).toBeNull()
  })
})

describe('a relay that is gone', () => {
  test.for<[string, string, string]>([
    ['died', '1 h', '{1}'],
    ['hung', '-1 s', '{}'],
  ])('because it %s gives back what it held', async ([reason, lease, suspects], { db }) => {
    await makePending(db, await makeWebhook(db, { url }), 2)
    expect(await ask(db, `select outbox.register_relay('lost', '0', $1::interval)`, [lease])).toBe(1)
    await emit(db)
    await db.query('select * from outbox.next_batch(1)')
    await claim(db)
    const { rows } = await db.query('select * from outbox.retire_dead_relays(2, $1)', [suspects])
    // A batch and two deliveries.
    expect(rows).toEqual([{ relay: 1, name: 'lost', reason, freed: 3 }])
    expect(await ask(db, 'select array_agg(take_overs) from outbox.batches where leased_by is null')).toEqual([1])
    expect(await claim(db, {}, 2)).toHaveLength(2)
  })

  test('is not taken for dead while it holds its lock, nor when nobody suspects it', async ({ db, connect }) => {
    await db.query(`select outbox.register_relay('alive', '0', '1 h')`)
    const dead = () => db.query(`select * from outbox.retire_dead_relays(2, '{1}')`)
    const session = await connect()
    await session.query('select pg_advisory_lock(1869968483, 1)')
    expect(await ask(db, 'select outbox.suspect_relays(2)')).toEqual([])
    expect((await dead()).rows).toEqual([])
    await session.query('select pg_advisory_unlock_all()')
    expect(await ask(db, 'select outbox.suspect_relays(2)')).toEqual([1])
    expect((await db.query(`select * from outbox.retire_dead_relays(2, '{}')`)).rows).toEqual([])
    expect((await dead()).rows).toHaveLength(1)
  })

  test('leaves nothing leased to a number that is not registered any more', async ({ db }) => {
    await makePending(db, await makeWebhook(db, { url }), 1)
    await emit(db)
    const mine = await ask<number>(db, `select outbox.register_relay('mine', '0', '1 h')`)
    await db.query('select * from outbox.next_batch(99)')
    await claim(db, {}, 99)
    expect(await ask(db, `select outbox.release_unknown($1, '{}', '{}')`, [mine])).toBe(2)
    await db.query('select * from outbox.next_batch($1)', [mine])
    await claim(db, {}, mine)
    const known = [
      await ask(db, 'select array_agg(id) from outbox.batches'),
      await ask(db, 'select array_agg(id) from outbox.pending_deliveries'),
    ]
    expect(await ask(db, `select outbox.release_unknown($1, $2, $3)`, [mine, ...known])).toBe(0)
    expect(await ask(db, `select outbox.release_unknown($1, '{}', '{}')`, [mine])).toBe(2)
  })
})
