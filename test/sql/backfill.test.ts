/** outbox.backfill: existing rows become events. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, expect, makeWebhook, test } from '../support/world.ts'
import { events } from '../support/events.ts'

const table = `create table customer (id integer primary key, name text, secret text, org text, made timestamptz default '2026-01-02 03:04:05+00');
  insert into customer values (1, 'Ada', 's1', 'x'), (2, 'Bob', 's2', 'y'), (3, null, null, null)`

const backfill = (db: Client, args: string) => ask<number>(db, `select outbox.backfill('customer', ${args})::int`)

describe('outbox.backfill', () => {
  test('makes an event of each row, shaped as the watch of its type would', async ({ db }) => {
    await db.query(`${table}; select outbox.watch('customer', 'customer.made', 'insert', except_columns => '{secret,made}', tenant_column => 'org',
      enrich => 'select json_build_object(''n'', new.id * 2)')`)
    expect(await backfill(db, `'customer.made'`)).toBe(3)
    expect((await events(db)).map(({ type, key, tenant, text }) => [type, key, tenant, text])).toEqual([
      ['customer.made', '1', 'x', data(1, `{"id":1,"name":"Ada","org":"x"}`)],
      ['customer.made', '2', 'y', data(2, `{"id":2,"name":"Bob","org":"y"}`)],
      ['customer.made', '3', null, data(3, `{"id":3,"name":null,"org":null}`)],
    ])
  })

  test('takes only rows for which the condition is true', async ({ db }) => {
    await db.query(`${table}; select outbox.watch('customer', 'customer.made', 'insert')`)
    expect(await backfill(db, `'customer.made', 'new.id > 1 and name is not null'`)).toBe(1)
    expect(await backfill(db, `'customer.made', 'false'`)).toBe(0)
  })

  test('as another type sends only columns that every watch of the table sends', async ({ db }) => {
    await db.query(`${table}; select outbox.watch('customer', 'customer.made', 'insert', except_columns => '{secret}');
      select outbox.watch('customer', 'customer.changed', 'update', columns => '{name,secret}')`)
    await backfill(db, `'customer.imported', 'id = 1'`)
    expect((await events(db)).map(({ type, text }) => [type, text])).toEqual([
      [
        'customer.imported',
        `{"table":"public.customer","operation":"backfill","key":{"id":1},"record":{"name":"Ada"}}`,
      ],
    ])
    expect(await ask(db, `select description from outbox.event_types where type = 'customer.imported'`)).toBe(
      'Existing rows of public.customer.',
    )
  })

  test('for one webhook reaches that one only', async ({ db }) => {
    await db.query(`${table}; select outbox.watch('customer', 'customer.made', 'insert')`)
    const webhook = await makeWebhook(db, { url: 'http://a.test' })
    await makeWebhook(db, { url: 'http://b.test' })
    await backfill(db, `'customer.made', webhook_id => '${webhook}'`)
    const matched = `select distinct m.webhook_id from outbox.events as e cross join lateral outbox.matches(array[e.id], e.id, e.id) as m`
    expect((await db.query(matched)).rows).toEqual([{ webhook_id: webhook }])
  })

  test('writes the same whatever the session', async ({ db }) => {
    await db.query(
      `${table}; select outbox.watch('customer', 'customer.made', 'insert'); set timezone = 'Asia/Tokyo'; set datestyle = 'German'`,
    )
    await backfill(db, `'customer.made', 'id = 1'`)
    expect((await events(db))[0]?.text).toContain('"made":"2026-01-02T03:04:05+00:00"')
  })

  test('sends a row above the size limit without its content', async ({ db }) => {
    await db.query(`${table}; select outbox.watch('customer', 'customer.made', 'insert'); update outbox.settings set max_payload_bytes = 1024;
      update customer set name = repeat('x', 2000) where id = 1`)
    await backfill(db, `'customer.made', 'id = 1'`)
    expect((await events(db))[0]?.text).toBe(
      `{"table":"public.customer","operation":"backfill","key":{"id":1},"payload_omitted":"too_large"}`,
    )
  })

  test('names a composite key as the watches do, and leaves a table without a key without one', async ({ db }) => {
    await db.query(`create table pair (a integer, b text, primary key (a, b)); create table bare (v integer);
      select outbox.watch('pair', 'pair.made', 'insert'), outbox.watch('bare', 'bare.made', 'insert');
      insert into pair values (1, 'x'); insert into bare values (7);
      select outbox.backfill('pair', 'pair.made'), outbox.backfill('bare', 'bare.made')`)
    const made = await events(db)
    const [inserted, backfilled] = [made.slice(0, 2), made.slice(2)]
    expect(backfilled.map(({ key }) => key)).toEqual(inserted.map(({ key }) => key))
    expect(backfilled.map(({ text }) => text)).toEqual(
      inserted.map(({ text }) => text.replace('"insert"', '"backfill"')),
    )
  })

  test('refuses what does not fit, and names it', async ({ db }) => {
    await db.query(
      `${table}; select outbox.watch('customer', 'customer.made', 'insert'); create table unwatched (id integer)`,
    )
    const refused: [sql: string, code: string, message: string][] = [
      [`outbox.backfill('unwatched', 'a.b')`, 'OB002', 'argument "relation" is public.unwatched, which is not watched'],
      [`outbox.backfill('customer', 'a b')`, 'OB001', 'argument "event_type" is'],
      [`outbox.backfill('customer', 'a.b', 'nothing = 1')`, 'OB001', 'argument "condition" cannot be evaluated'],
      [`outbox.backfill('customer', 'a.b', '1/0 = 1')`, 'OB001', 'argument "condition" cannot be evaluated'],
      [`outbox.backfill('customer', 'a.b', ')')`, 'OB001', 'argument "condition" cannot be evaluated'],
      [`outbox.backfill('customer', 'a.b', null, gen_random_uuid())`, 'OB002', 'argument "webhook_id" is'],
    ]
    for (const [sql, code, message] of refused)
      await expect(db.query(`select ${sql}`)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
        hint: expect.any(String),
      })
    expect(await events(db)).toEqual([])
  })
})

function data(id: number, record: string): string {
  return `{"table":"public.customer","operation":"backfill","key":{"id":${id}},"record":${record},"enriched":{"n" : ${id * 2}}}`
}
