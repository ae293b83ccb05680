/** Searching in portions: each row once, a bound for the time, and a word on how far it came. */
import type { Query } from '../../admin/pool.ts'
import { foundDeliveries } from '../../admin/queries/search.ts'
import { findDeliveries } from '../../admin/search.ts'
import { addHistory, isWanted, knownDeliveries, makeHistory, type Wanted } from '../support/deliveries.ts'
import { idsOf, OLDEST, pages, poolOf } from '../support/pages.ts'
import { describe, expect, test } from '../support/world.ts'

const filters: [string, Wanted][] = [
  ['everything', {}],
  ['a text', { contains: 'answer 12' }],
  ['a key', { key: '3' }],
  ['a tenant', { tenant: 'acme' }],
  ['a tenant and a response', { tenant: 'acme', response: '503' }],
  ['the dead', { statuses: ['dead'] }],
  ['what is pending or held', { statuses: ['pending', 'held'], contains: 'plain' }],
  ['nothing that there is', { event_types: ['none.such'] }],
]

describe('a search among deliveries', () => {
  test.for(filters)(
    'for %s finds each once from page to page, forwards and back',
    async ([, wanted], { db, database }) => {
      await makeHistory(db, 700)
      const expected = (await knownDeliveries(db)).filter((row) => isWanted(wanted, row)).map((row) => row.id)
      const pool = poolOf(database)
      // Pages that are full long before a portion ends, and pages that reach beyond its end.
      for (const [budget_ms, max_rows] of [
        [0, 7],
        [400, 7],
        [0, 700],
      ] as const) {
        const older = await pages((before) =>
          pool.read((query) => findDeliveries(query, wanted as object, { before, max_rows, budget_ms })),
        )
        expect(idsOf(older)).toEqual(expected)
        expect(Math.max(...older.map((page) => page.rows.length))).toBeLessThanOrEqual(max_rows)
        const newer = await pages((after) =>
          pool.read((query) =>
            findDeliveries(query, wanted as object, { after: after ?? OLDEST, max_rows, budget_ms }),
          ),
        )
        expect(idsOf(newer.toReversed())).toEqual(expected)
      }
    },
  )

  test('with a full page does not look for more', async ({ db, database }) => {
    await makeHistory(db, 700)
    const newest = (await knownDeliveries(db)).slice(0, 3).map((row) => row.id)
    await db.query(`update outbox.settled_deliveries set error = 'needle' where id = any ($1)`, [newest])
    await db.query('delete from outbox.pending_deliveries where id = any ($1)', [newest])
    const wanted = { contains: 'needle' }
    const expected = (await knownDeliveries(db)).filter((row) => isWanted(wanted, row)).map((row) => row.id)
    let portions = 0
    const found = await poolOf(database).read((query) => {
      const counting: Query = (statement, values) => {
        if (statement === foundDeliveries) portions += 1
        return query(statement, values)
      }
      return findDeliveries(counting, wanted, { max_rows: expected.length })
    })
    expect(found.rows.map((row) => row.id)).toEqual(expected)
    expect({ portions, ended: found.next === null }).toEqual({ portions: 1, ended: false })
  })

  test('skips and repeats nothing while more is written', async ({ db, database }) => {
    const hooks = await makeHistory(db, 150)
    const before = (await knownDeliveries(db)).map((row) => row.id)
    const found = await pages(
      (position) => poolOf(database).read((query) => findDeliveries(query, {}, { before: position, max_rows: 50 })),
      // As late commits and resent deliveries do: between those that are there, too.
      () => addHistory(db, hooks, 5),
    )
    const ids = idsOf(found)
    expect(new Set(ids).size).toBe(ids.length)
    expect(before.filter((id) => !ids.includes(id))).toEqual([])
  })

  test('keeps to its span, whichever way it goes', async ({ db, database }) => {
    await makeHistory(db, 100)
    const known = await knownDeliveries(db)
    const [until, since] = [known[60], known[220]].map(
      (row) => new Date(Number.parseInt(row?.id.replace('-', '').slice(0, 12) ?? '', 16)),
    )
    const expected = known.filter(({ id }) => {
      const at = Number.parseInt(id.replace('-', '').slice(0, 12), 16)
      return at >= Number(since) && at < Number(until)
    })
    expect(expected.length).toBeGreaterThan(100)
    const pool = poolOf(database)
    for (const after of [null, OLDEST]) {
      const found = await pool.read((query) =>
        findDeliveries(query, { since: since ?? null, until: until ?? null }, { after, max_rows: 1_000 }),
      )
      expect(found.rows.map((row) => row.id)).toEqual(expected.map((row) => row.id))
      expect(found.next).toBeNull()
    }
  })

  test('without time makes one step, says how far it came, and can be continued to the end', async ({
    db,
    database,
  }) => {
    await makeHistory(db, 1_000)
    const pool = poolOf(database)
    const found = await pages((before) =>
      pool.read((query) => findDeliveries(query, { response: '404' }, { before, budget_ms: 0 })),
    )
    expect(found.length).toBeGreaterThan(3)
    expect(idsOf(found)).toEqual([])
    const ways = found.slice(0, -1).map((page) => Number(page.searched_to))
    expect(ways).toEqual(ways.toSorted((one, other) => other - one))
    expect(ways.at(0)).toBeGreaterThan(Number(ways.at(-1)))
    expect(ways.at(0)).toBeLessThan(Date.now())
    expect(found.at(-1)).toEqual({ rows: [], next: null, searched_to: null })
  })

  test('finds what is pending whatever its age without a step through what is settled', async ({ db, database }) => {
    const { slow } = await makeHistory(db, 1_000)
    await db.query(
      `delete from outbox.pending_deliveries where id > (select id from outbox.pending_deliveries where webhook_id = $1 order by id limit 1)`,
      [slow],
    )
    const found = await poolOf(database).read((query) =>
      findDeliveries(query, { statuses: ['pending', 'held'], webhook_id: slow }, { budget_ms: 0 }),
    )
    expect(found).toMatchObject({ rows: [{ status: 'pending' }], next: null, searched_to: null })
  })

  test('gives up a portion that takes too long, and goes on with a smaller one', async ({ db, database }) => {
    await makeHistory(db, 400)
    const expected = (await knownDeliveries(db)).map((row) => row.id)
    const slowed =
      (query: Query, fast: { value: boolean }): Query =>
      async (statement, values) => {
        // What a cold cache does: the portion is not there before its time is over, until it is small.
        if (statement === foundDeliveries && !fast.value) {
          const [left] = await query<{ n: number }>(
            `select count(*)::integer as n from outbox.settled_deliveries where id > $1`,
            [values?.[10]],
          )
          if (Number(left?.n) > 100) await query('select pg_sleep(10)')
          fast.value = true
        }
        return query(statement, values)
      }
    const found = await poolOf(database).read(async (query) => {
      const first = await findDeliveries(slowed(query, { value: false }), {}, { max_rows: 20, budget_ms: 0 })
      // The transaction goes on, with its own limit.
      const [setting] = await query<{ value: string }>(`select current_setting('statement_timeout') as value`)
      return { first, setting }
    })
    expect(found.setting).toEqual({ value: '5s' })
    expect(found.first.rows.map((row) => row.id)).toEqual(expected.slice(0, 20))
  })

  test('passes on what Postgres refuses', async ({ database }) => {
    const read = poolOf(database).read((query) => findDeliveries(query, { response: 'bad' }))
    await expect(read).rejects.toMatchObject({
      code: 'OB001',
      message: expect.stringContaining('"response"') as string,
    })
  })
})
