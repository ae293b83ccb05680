/** Searching the log in portions. */
import { findEvents } from '../../admin/search.ts'
import { makeHistory } from '../support/deliveries.ts'
import { idsOf, OLDEST, pages, poolOf } from '../support/pages.ts'
import { describe, expect, test } from '../support/world.ts'

describe('a search among events', () => {
  test('finds each once from page to page, forwards and back', async ({ db, database }) => {
    await makeHistory(db, 1_300)
    const { rows } = await db.query<{ id: string }>(
      `select id from outbox.events where key = '2' and data::text like '%1%' order by id desc`,
    )
    const expected = rows.map((row) => row.id)
    const pool = poolOf(database)
    const wanted = { key: '2', contains: '1' }
    const older = await pages((before) =>
      pool.read((query) => findEvents(query, wanted, { before, max_rows: 9, budget_ms: 0 })),
    )
    expect(idsOf(older)).toEqual(expected)
    const newer = await pages((after) =>
      pool.read((query) =>
        findEvents(query, wanted, {
          after: after ?? OLDEST,
          max_rows: 9,
          budget_ms: 0,
        }),
      ),
    )
    expect(idsOf(newer.toReversed())).toEqual(expected)
  })

  test('finds those of a transaction at once, however far back', async ({ db, database }) => {
    const { rows } = await db.query<{ txid: string; id: string }>(
      `insert into outbox.events (id, type, data)
       select overlay(gen_random_uuid()::text placing left(outbox.uuid_at(now() - interval '1 day')::text, 13) from 1)::uuid, 'a.b', '{}'
       returning id, txid::text as txid`,
    )
    await makeHistory(db, 2_000)
    const found = await poolOf(database).read((query) =>
      findEvents(query, { txid: rows[0]?.txid ?? null }, { budget_ms: 0 }),
    )
    expect(found).toMatchObject({ rows: [{ id: rows[0]?.id }], next: null, searched_to: null })
  })
})
