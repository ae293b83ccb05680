/** outbox.find_events, compared with what the log holds. */
import * as fc from 'fast-check'
import type { Client } from '../../sql/db.ts'
import { makeHistory } from '../support/deliveries.ts'
import { ask, describe, emit, expect, test } from '../support/world.ts'

type Arguments = Record<string, unknown>

async function find(db: Client, given: Arguments): Promise<string[]> {
  const named = Object.keys(given).map((name, i) => `${name} => $${i + 1}`)
  const { rows } = await db.query<{ id: string }>(
    `select id from outbox.find_events(${named.join(', ')})`,
    Object.values(given),
  )
  return rows.map((row) => row.id)
}

interface Logged {
  id: string
  type: string
  key: string | null
  tenant: string | null
  data: string
}

async function log(db: Client): Promise<Logged[]> {
  const { rows } = await db.query<Logged>(
    'select id, type, key, tenant, data::text as data from outbox.events order by id desc',
  )
  return rows
}

const maybe = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

describe('outbox.find_events', () => {
  test('finds what all of its arguments hold for, in the order of the ids, whatever they are', async ({ db }) => {
    await makeHistory(db, 80)
    const logged = await log(db)
    const wanted = fc.record({
      event_types: maybe(fc.subarray(['ticket.*', 'invoice_.paid', 'invoice_.*'], { minLength: 1 })),
      key: maybe(fc.constantFrom('1', 'none')),
      tenant: maybe(fc.constantFrom('acme', 'none')),
      contains: maybe(fc.constantFrom('Ça VA', '100%', '%', '_', '\\', '"n" : 7', '4')),
    })
    let found_some = 0
    await fc.assert(
      fc.asyncProperty(wanted, fc.nat(5), fc.boolean(), async (given, bounds, oldest_first) => {
        const [before, after] = [logged[bounds * 3]?.id ?? '', logged.at(-1 - bounds)?.id ?? '']
        const expected = logged
          .filter(
            ({ id, type, key, tenant, data }) =>
              id < before &&
              id > after &&
              (given.event_types?.some((p) => (p.endsWith('.*') ? type.startsWith(p.slice(0, -1)) : type === p)) ??
                true) &&
              (given.key ?? key) === key &&
              (given.tenant ?? tenant) === tenant &&
              [data, key].some((text) => text?.toLowerCase().includes(given.contains?.toLowerCase() ?? '')),
          )
          .map((row) => row.id)
        if (oldest_first) expected.reverse()
        found_some += Math.min(expected.length, 1)
        const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
        expect(await find(db, { ...defined, before, after, oldest_first, max_rows: 1000 })).toEqual(expected)
        expect(await find(db, { ...defined, before, after, oldest_first, max_rows: 2 })).toEqual(expected.slice(0, 2))
      }),
      { numRuns: 100 },
    )
    expect(found_some).toBeGreaterThan(20)
  })

  test('finds the events of a transaction, by the index of the log', async ({ db }) => {
    await makeHistory(db, 2_000)
    await db.query('begin')
    const ids = [await emit(db, 'ticket.created'), await emit(db, 'ticket.closed')]
    const txid = await ask<string>(db, 'select pg_current_xact_id()::text')
    await db.query('commit')
    await emit(db)
    await db.query('vacuum analyze outbox.events')
    expect(await find(db, { txid })).toEqual(ids.toReversed())
    expect(await find(db, { txid, event_types: ['ticket.closed'] })).toEqual(ids.slice(1))
    const { rows } = await db.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, costs off, timing off, summary off) select id from outbox.events where txid = '${txid}' order by id desc limit 50`,
    )
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('txid_idx')
  })

  test('tells what lists show: type, key, tenant, transaction, whom it is for, and how long the data is', async ({
    db,
  }) => {
    const data = String.raw`{"a":"\u0000", "b":"ä"}`
    const id = await ask<string>(
      db,
      `insert into outbox.events (type, key, tenant, data, only_for) values ('a.b', '1', 'acme', $1, '00000000-0000-0000-0000-000000000001') returning id`,
      [data],
    )
    const { rows } = await db.query(`select *, txid::text as txid from outbox.find_events(contains => 'ä')`)
    expect(rows).toMatchObject([
      { id, type: 'a.b', key: '1', tenant: 'acme', only_for: '00000000-0000-0000-0000-000000000001', data_bytes: 24 },
    ])
  })

  test.for<[string, Arguments]>([
    ['event_types', { event_types: ['*.created'] }],
    ['contains', { contains: '' }],
    ['until', { since: '2026-01-02', until: '2026-01-01' }],
    ['max_rows', { max_rows: -1 }],
  ])('refuses a value of %s that does not fit: %j', async ([name, given], { db }) => {
    await expect(find(db, given)).rejects.toMatchObject({
      code: 'OB001',
      message: expect.stringContaining(`"${name}"`) as string,
    })
  })
})
