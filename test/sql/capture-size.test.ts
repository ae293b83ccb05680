import type { Client } from '../../sql/db.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { events, failures, watchAll } from '../support/events.ts'

describe('a row beyond max_payload_bytes', () => {
  test('makes an event with the key and without the row', async ({ db }) => {
    await db.query(`update outbox.settings set max_payload_bytes = 1024;
      create table thing (id integer primary key, body text)`)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, repeat('x', 1025)); update thing set body = repeat('y', 2000);
      delete from thing`)
    expect((await events(db)).map((event) => event.text)).toEqual(
      ['insert', 'update', 'delete'].map(
        (operation) =>
          `{"table":"public.thing","operation":"${operation}","key":{"id":1},"payload_omitted":"too_large"}`,
      ),
    )
    expect(await failures(db)).toEqual([])
  })

  test('is judged by the bytes that would be sent, not by those stored', async ({ db }) => {
    await db.query(`update outbox.settings set max_payload_bytes = 1024;
      create table thing (id integer primary key, body text, doc jsonb)`)
    await watchAll(db, 'thing')
    // 700 characters escape to 1400 bytes; the jsonb compresses to a few bytes.
    await db.query(
      `insert into thing values (1, repeat('"', 700), null), (2, null, to_jsonb(repeat('x', 100000))), (3, repeat('x', 900), null)`,
    )
    expect((await events(db)).map((event) => event.data.payload_omitted)).toEqual(['too_large', 'too_large', undefined])
  })

  test('is judged by the columns that may enter the payload', async ({ db }) => {
    await db.query(`update outbox.settings set max_payload_bytes = 1024;
      create table thing (id integer primary key, name text, body text)`)
    await watchAll(db, 'thing', `, except_columns => '{body}'`)
    await db.query(`insert into thing values (1, 'a', repeat('x', 100000)); update thing set name = 'b'`)
    expect((await events(db)).map((event) => event.data.record)).toEqual([
      { id: 1, name: 'a' },
      { id: 1, name: 'b' },
    ])
  })

  test('follows the setting without a new watch', async ({ db }) => {
    await db.query(`create table thing (id integer primary key, body text)`)
    await watchAll(db, 'thing')
    const insert = `insert into thing select coalesce(max(id), 0) + 1, repeat('x', 2000) from thing`
    await db.query(insert)
    await db.query('update outbox.settings set max_payload_bytes = 1024')
    await db.query(insert)
    expect((await events(db)).map((event) => event.data.payload_omitted)).toEqual([undefined, 'too_large'])
  })

  test('makes no event of an update that changes nothing or only ignored columns', async ({ db }) => {
    await db.query(`create table thing (id integer primary key, seen integer, body text)`)
    await db.query(`select outbox.watch('thing', 'thing.updated', 'update', ignore_columns => '{seen}')`)
    await db.query(
      `alter table thing alter body set storage external; insert into thing values (1, 1, repeat('x', 400000))`,
    )
    await db.query(
      `update thing set body = body; update thing set body = repeat('x', 400000); update thing set seen = 2`,
    )
    expect(await events(db)).toEqual([])
    await db.query(`update thing set body = repeat('x', 399999) || 'y'`)
    expect(await events(db)).toHaveLength(1)
    await db.query(`alter table thing add column late integer; update thing set late = 1`)
    expect(await events(db)).toHaveLength(2)
    expect(await failures(db)).toEqual([])
  })

  test('cannot smuggle its size in through key or tenant', async ({ db }) => {
    await db.query(`create table thing (id text, body text)`)
    await watchAll(db, 'thing', `, key_columns => '{id}', tenant_column => 'body'`)
    await db.query(`insert into thing values (repeat('x', 9000), repeat('x', 9000)), ('a', 'b')`)
    const [long, short] = await events(db)
    expect(long).toMatchObject({ key: null, tenant: null })
    expect(short).toMatchObject({ key: 'a', tenant: 'b' })
  })
})

describe('a long value that an update leaves alone', () => {
  test('is not read from disk, so that a text of 300 MB costs nothing', { timeout: 60_000 }, async ({ db, skip }) => {
    const { rows } = await db.query(`select current_setting('server_version_num')::integer >= 170000 as can_tell`)
    if (!rows[0].can_tell) skip()
    await db.query(`create table thing (id integer primary key, title text, seen integer, body text)`)
    await watchAll(db, 'thing')
    await db.query(`select outbox.watch('thing', 'thing.updated', 'update', ignore_columns => '{seen}');
      alter table thing alter body set storage external;
      insert into thing values (1, 'a', 1, repeat('x', 16 * 1024 * 1024))`)
    const before = await toastBlocks(db)
    await db.query(`update thing set title = 'b'`)
    await db.query(`update thing set seen = 2`)
    expect((await toastBlocks(db)) - before).toBeLessThan(10) // the value has 8,000
    await db.query(`update thing set body = body || 'x'`)
    expect((await events(db)).map((event) => [event.type, event.data.payload_omitted])).toEqual([
      ['thing.inserted', 'too_large'],
      ['thing.updated', 'too_large'],
      ['thing.updated', 'too_large'],
    ])
    expect(await failures(db)).toEqual([])
  })
})

async function toastBlocks(db: Client): Promise<number> {
  await db.query('select pg_stat_force_next_flush()')
  const { rows } = await db.query(
    `select (toast_blks_read + toast_blks_hit)::integer as blocks from pg_statio_user_tables where relname = 'thing'`,
  )
  return rows[0].blocks
}
