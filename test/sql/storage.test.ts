import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, eventually, expect, test } from '../support/world.ts'

async function row(db: Client, table: string): Promise<Record<string, unknown> | undefined> {
  const { rows } = await db.query<Record<string, unknown>>(
    `select table_name, rows::int, size, bytes::int, dead_tuples::int, partitions::int, oldest_day::text, newest_day::text, kept_until, last_autovacuum
     from outbox.storage where table_name = $1`,
    [table],
  )
  return rows[0]
}

const day = (db: Client, days: number) =>
  ask<string>(db, `select ((now() at time zone 'UTC')::date + $1::integer)::text`, [days])

describe('outbox.storage', () => {
  test('has a row for each table, with partitions under their root', async ({ db }) => {
    const { rows } = await db.query<{ name: string }>('select table_name as name from outbox.storage')
    const tables = await db.query<{ name: string }>(
      `select relname::text as name from pg_class where relnamespace = 'outbox'::regnamespace and relkind in ('r', 'p') and not relispartition`,
    )
    expect(rows.map(({ name }) => name).toSorted()).toEqual(tables.rows.map(({ name }) => name).toSorted())
    const bytes = await ask(
      db,
      `select sum(pg_total_relation_size(oid))::text from pg_class where relnamespace = 'outbox'::regnamespace and relkind = 'r'`,
    )
    expect(await ask(db, 'select sum(bytes)::text from outbox.storage')).toBe(bytes)
  })

  test('tells how many rows and dead row versions there are, once statistics have been gathered', async ({ db }) => {
    for (let n = 0; n < 3; n += 1) await emit(db)
    await db.query(
      `insert into outbox.webhooks (url) values ('https://example.com'); update outbox.webhooks set description = 'a'`,
    )
    await db.query('select pg_stat_force_next_flush()')
    await db.query('analyze outbox.events; analyze outbox.webhooks')
    await eventually(
      () => row(db, 'events'),
      (seen) => seen?.['rows'] === 3,
    )
    await eventually(
      () => row(db, 'webhooks'),
      (seen) => seen?.['rows'] === 1 && Number(seen['dead_tuples']) >= 1,
    )
    expect(await row(db, 'webhooks')).toMatchObject({ partitions: 0, oldest_day: null, kept_until: null })
    await db.query('delete from outbox.webhooks')
    await db.query('select pg_stat_force_next_flush()')
    await db.query('vacuum outbox.webhooks')
    await eventually(
      () => row(db, 'webhooks'),
      (seen) => seen?.['rows'] === 0 && seen['dead_tuples'] === 0,
    )
  })

  test('tells which days there are and until when the oldest is kept', async ({ db }) => {
    await db.query(`set timezone = 'Pacific/Auckland'; update outbox.settings set retention = '10 days'`)
    await db.query(`select outbox.make_partitions(now() - interval '3 days', 0), outbox.make_partitions()`)
    for (const table of ['events', 'settled_deliveries', 'earlier_attempts']) {
      expect(await row(db, table)).toMatchObject({
        partitions: await ask(
          db,
          `select count(*)::int from pg_inherits where inhparent = ('outbox.' || $1)::regclass`,
          [table],
        ),
        oldest_day: await day(db, -3),
        newest_day: await day(db, 7),
        kept_until: await ask<Date>(
          db,
          `select ((now() at time zone 'UTC')::date - 2)::timestamp at time zone 'UTC' + interval '10 days'`,
        ),
      })
    }
    expect(
      await ask(
        db,
        `select outbox.drop_expired_partitions((select min(kept_until) from outbox.storage) - interval '1 s') is null`,
      ).catch(() => 'none'),
    ).toBe('none')
    expect(
      await ask(
        db,
        `select (outbox.drop_expired_partitions((select min(kept_until) from outbox.storage))).partition_name`,
      ),
    ).toContain((await day(db, -3)).replaceAll('-', ''))
  })

  test('reads no table', async ({ db }) => {
    await db.query(`insert into outbox.events (type, data) select 'a.b', '{}' from generate_series(1, 1000)`)
    await db.query('begin')
    const read = () =>
      ask<number>(
        db,
        `select sum(t.seq_scan + coalesce(t.idx_scan, 0))::int from pg_stat_xact_all_tables as t
         where t.schemaname = 'outbox' and t.relname <> 'settings'`,
      )
    const before = await read()
    await db.query('select * from outbox.storage')
    expect(await read()).toBe(before)
    await db.query('commit')
  })
})
