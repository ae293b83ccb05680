/** outbox.find_deliveries, compared with what the views hold; outbox.count_deliveries. */
import * as fc from 'fast-check'
import type { Client } from '../../sql/db.ts'
import { isWanted, knownDeliveries, makeHistory, type Wanted } from '../support/deliveries.ts'
import { ask, describe, emit, expect, makeWebhook, test } from '../support/world.ts'

const ARGUMENTS = [
  'webhook_id',
  'statuses',
  'event_types',
  'key',
  'tenant',
  'response',
  'contains',
  'since',
  'until',
  'before',
  'after',
  'max_rows',
  'oldest_first',
] as const
type Arguments = Partial<Record<(typeof ARGUMENTS)[number], unknown>>

async function find(db: Client, given: Arguments): Promise<string[]> {
  const named = Object.keys(given).map((name, i) => `${name} => $${i + 1}`)
  const { rows } = await db.query<{ id: string }>(
    `select id from outbox.find_deliveries(${named.join(', ')})`,
    Object.values(given),
  )
  return rows.map((row) => row.id)
}

const maybe = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

describe('outbox.find_deliveries', () => {
  test('finds what all of its arguments hold for, in the order of the ids, whatever they are', async ({ db }) => {
    const hooks = await makeHistory(db, 60)
    const known = await knownDeliveries(db)
    expect(new Set(known.map((row) => row.status)).size).toBe(4)
    const wanted = fc.record({
      webhook_id: maybe(fc.constantFrom(...Object.values(hooks))),
      statuses: maybe(fc.subarray(['pending', 'held', 'delivered', 'dead'], { minLength: 1 })),
      event_types: maybe(
        fc.subarray(['ticket.*', 'ticket.created', 'invoice_.*', 'invoice_.paid', '*', 'none'], { minLength: 1 }),
      ),
      key: maybe(fc.constantFrom('1', '2', 'none')),
      tenant: maybe(fc.constantFrom('acme', 'none')),
      response: maybe(fc.constantFrom('200', '503', '5xx', '2xx', 'none', '404')),
      contains: maybe(
        fc.constantFrom('Ça VA', '100%', '%', '_', '\\', 'answer 3', 'gateway', 'econnrefused', 'none', '2'),
      ),
    })
    let found_some = 0
    await fc.assert(
      fc.asyncProperty(wanted, fc.nat(5), fc.boolean(), async (given, bounds, oldest_first) => {
        const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Wanted
        const [before, after] = [known[bounds * 8]?.id, known.at(-1 - bounds * 7)?.id]
        const expected = known
          .filter((row) => isWanted(defined, row) && row.id < String(before) && row.id > String(after))
          .map((row) => row.id)
        if (oldest_first) expected.reverse()
        found_some += Math.min(expected.length, 1)
        expect(await find(db, { ...defined, before, after, oldest_first, max_rows: 1000 })).toEqual(expected)
        expect(await find(db, { ...defined, before, after, oldest_first, max_rows: 3 })).toEqual(expected.slice(0, 3))
      }),
      { numRuns: 150 },
    )
    expect(found_some).toBeGreaterThan(30)
  })

  test('tells of each delivery what the view tells', async ({ db }) => {
    await makeHistory(db, 12)
    const columns =
      'id, webhook_id, event_id, event_type, key, tenant, status, attempts, created_at, attempted_at, next_attempt_at, leased_by'
    const { rows: seen } = await db.query(
      `select ${columns}, url is not null as has_url, response_status, error, duration_ms from outbox.find_deliveries(max_rows => 1000)`,
    )
    const { rows: wanted } = await db.query(
      `select ${columns}, true as has_url, (response ->> 'status')::integer as response_status, response ->> 'error' as error,
              (select a.duration_ms from outbox.webhook_attempts as a where a.delivery_id = d.id order by a.attempt desc limit 1) as duration_ms
       from outbox.webhook_deliveries as d order by id desc`,
    )
    expect(seen.length).toBeGreaterThan(30)
    expect(seen).toEqual(wanted)
  })

  test('takes the time of the event: from since on, before until', async ({ db }) => {
    await makeHistory(db, 30)
    const known = await knownDeliveries(db)
    const at = (n: number) => ask<Date>(db, 'select outbox.uuid_time($1)', [known[n]?.id])
    const [until, since] = [await at(10), await at(40)]
    const expected = await ask<string[]>(
      db,
      `select array_agg(id::text order by id desc) from outbox.webhook_deliveries where outbox.uuid_time(id) >= $1 and outbox.uuid_time(id) < $2`,
      [since, until],
    )
    expect(await find(db, { since, until, max_rows: 1000 })).toEqual(expected)
    expect(expected.length).toBeLessThan(known.length - 10)
  })

  test('gives fifty rows where nothing else is said', async ({ db }) => {
    await makeHistory(db, 40)
    expect(await find(db, {})).toEqual((await knownDeliveries(db)).slice(0, 50).map((row) => row.id))
  })

  test('looks into data that no JSON operator could read', async ({ db }) => {
    const webhook = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const event = await emit(db, 'ticket.created', String.raw`{"a":"\u0000","b":"needle"}`)
    await db.query(
      `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at)
       values (outbox.delivery_id($2, $1), $1, $2, 'ticket.created', now(), now())`,
      [webhook, event],
    )
    for (const statuses of [null, ['pending']]) expect(await find(db, { contains: 'NEEDLE', statuses })).toHaveLength(1)
  })

  test('shows a delivery whose webhook and event are gone', async ({ db }) => {
    const { bad } = await makeHistory(db, 3)
    await db.query('delete from outbox.events')
    await db.query('delete from outbox.webhooks where id = $1', [bad])
    const { rows } = await db.query(`select status, url, key from outbox.find_deliveries($1, '{dead}')`, [bad])
    expect(rows).toEqual([{ status: 'dead', url: null, key: null }])
  })

  test.for<[string, Arguments]>([
    ['statuses', { statuses: ['pending', 'lost'] }],
    ['statuses', { statuses: [] }],
    ['event_types', { event_types: [] }],
    ['event_types', { event_types: ['ticket*'] }],
    ['event_types', { event_types: ['ticket.*', null] }],
    ['response', { response: '50x' }],
    ['response', { response: 'xx' }],
    ['contains', { contains: '' }],
    ['contains', { contains: 'x'.repeat(1_001) }],
    ['until', { since: '2026-01-02', until: '2026-01-01' }],
    ['max_rows', { max_rows: 0 }],
    ['max_rows', { max_rows: 10_001 }],
    ['max_rows', { max_rows: null }],
  ])('refuses a value of %s that does not fit, and says what would: %j', async ([name, given], { db }) => {
    await expect(find(db, given)).rejects.toMatchObject({
      code: 'OB001',
      message: expect.stringContaining(`"${name}"`) as string,
      hint: expect.stringMatching(/^(Give|List) /) as string,
    })
  })

  test('may be called by who may only read', async ({ db }) => {
    await makeHistory(db, 6)
    await db.query('set role outbox_reader')
    expect(await find(db, { key: '2', contains: 'plain' })).not.toEqual([])
  })
})

describe('outbox.delivery_portion', () => {
  test('tells an id that so many rows, and those of the same event, lie before; none where there are fewer', async ({
    db,
  }) => {
    await makeHistory(db, 30)
    const known = await knownDeliveries(db)
    const portion = (statuses: string[] | null, key: string | null, rows: number, oldest_first = false) =>
      ask<string | null>(
        db,
        `select outbox.delivery_portion(outbox.delivery_search(null, $1, null, $2, null, null, null, null, null, null, null, 1, $3), $4)`,
        [statuses, key, oldest_first, rows],
      )
    for (const statuses of [null, ['pending'], ['dead'], ['dead', 'held'], ['delivered']]) {
      const end = await portion(statuses, null, 4)
      // Pending rows count even where they are held, settled ones even where they are dead: all of them are read.
      const read = known.filter((row) => row.id > String(end))
      expect(read.length).toBeGreaterThan(4)
      expect(read.length).toBeLessThan(known.length)
      expect(known.some((row) => row.id === end)).toBe(false)
      const from_below = await portion(statuses, null, 4, true)
      expect(known.filter((row) => row.id < String(from_below)).length).toBeGreaterThan(4)
      expect(await portion(statuses, null, 1_000)).toBeNull()
    }
    // Four events, and whatever shares its instant with the fifth.
    const end = await portion(null, '1', 4)
    const passed = new Set(known.filter((row) => row.id > String(end)).map((row) => row.event_id))
    expect(passed.size).toBeGreaterThanOrEqual(5)
    expect(passed.size).toBeLessThanOrEqual(8)
  })
})

describe('outbox.count_deliveries', () => {
  test('counts what is pending, held and dead, of one webhook or of all', async ({ db }) => {
    const hooks = await makeHistory(db, 30)
    const known = await knownDeliveries(db)
    for (const webhook_id of [null, ...Object.values(hooks)]) {
      const count = (status: string) =>
        known.filter((row) => row.status === status && (webhook_id === null || row.webhook_id === webhook_id)).length
      const { rows } = await db.query('select pending, held, dead from outbox.count_deliveries($1)', [webhook_id])
      expect(rows).toEqual([{ pending: count('pending'), held: count('held'), dead: count('dead') }])
    }
  })
})
