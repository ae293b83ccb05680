import { describe, expect, test } from '../support/fixture.ts'
import type { Client } from '../../sql/db.ts'
import { events, failures, operations, watchAll } from '../support/events.ts'

const table = `create table public.thing (id timestamptz primary key, d date, i interval, b bytea, f double precision,
  m money, r tstzrange, a timestamp[], c regclass, n text, q text)`
const row = `'2026-02-03 04:05:06+02', 'Feb 3 2026', interval '1 day 02:03:04', decode('00ff', 'hex'), 0.1::float8 + 0.2,
  '1234.5', '[2026-02-03 04:05:06+02,)', array[timestamp '2026-02-03 04:05:06'], 'pg_catalog.pg_class', 'it''s', E'\\\\d'`

const settings = [
  `timezone = 'Asia/Kolkata'`,
  `datestyle = 'German, DMY'`,
  `intervalstyle = 'iso_8601'`,
  `bytea_output = 'escape'`,
  `extra_float_digits = -10`,
  `quote_all_identifiers = on`,
  `standard_conforming_strings = off`,
  `transform_null_equals = on`,
  `xmlbinary = 'hex'`,
  `xmloption = 'document'`,
  `row_security = off`,
  `plpgsql.extra_errors = 'all'`,
  `plpgsql.variable_conflict = 'use_variable'`,
  `plan_cache_mode = 'force_custom_plan'`,
  `enable_seqscan = off`,
  `search_path = 'evil', 'pg_catalog'`,
  `default_transaction_isolation = 'serializable'`,
  `array_nulls = off`,
  `client_encoding = 'LATIN1'`,
  `lc_monetary = 'C'`,
]

/** What somebody could put in front of pg_catalog to have their own code run, or ours fail. */
const evil = `create schema evil;
  create function evil.fail() returns text language plpgsql as $$ begin raise exception 'shadowed'; end $$;
  create function evil.concat(variadic text[]) returns text language sql as 'select evil.fail()';
  create function evil.to_json(anyelement) returns json language sql as 'select evil.fail()::json';
  create function evil.row_to_json(record) returns json language plpgsql as $$ begin raise exception 'shadowed'; end $$;
  create function evil.current_setting(text, boolean) returns text language sql as 'select evil.fail()';
  create function evil.octet_length(text) returns integer language sql as 'select evil.fail()::integer';
  create function evil.differs(record, record) returns boolean language plpgsql as $$ begin raise exception 'shadowed'; end $$;
  create operator evil.*<> (leftarg = record, rightarg = record, function = evil.differs);
  create function evil.is_less(text, text) returns boolean language sql as 'select evil.fail()::boolean';
  create operator evil.= (leftarg = text, rightarg = text, function = evil.is_less);
  create type evil.json as (nothing integer);
  create table evil.thing (id integer)`

async function write(client: Client): Promise<void> {
  await client.query(`insert into public.thing values (${row})`)
  await client.query(
    `update public.thing set d = null, i = null, b = null, f = null, m = null, r = null, a = null, c = null`,
  )
  await client.query('delete from public.thing')
}

describe('the session of the writer', () => {
  test('does not change what is written, whatever it sets', async ({ db, connect }) => {
    await db.query(`${table}; ${evil}`)
    await watchAll(
      db,
      'public.thing',
      `, condition => 'coalesce(' || case $2 when 'delete' then 'old' else 'new' end || $c$.q, '\\d') ~ '^\\\\d$'$c$`,
    )
    await write(db)
    const plain = (await events(db)).map((event) => event.text)
    expect(plain).toHaveLength(3)
    for (const setting of settings) {
      await db.query('truncate outbox.events')
      const client = await connect()
      await client.query(`set ${setting}`)
      await write(client)
      await client.end()
      expect(
        (await events(db)).map((event) => event.text),
        setting,
      ).toEqual(plain)
    }
    expect(await failures(db)).toEqual([])
  })

  test('does not change what outbox.watch understands', async ({ db }) => {
    await db.query(
      `${table}; ${evil}; set search_path = evil, pg_catalog, public; set standard_conforming_strings = off`,
    )
    await db.query(`select outbox.watch('public.thing', 'thing.inserted', 'insert', condition => $$new.q ~ '^\\\\d$'$$, enrich => 'to_json(new.n)'),
      outbox.watch_tickets('public.thing', 'n')`)
    await db.query('reset search_path; reset standard_conforming_strings')
    await write(db)
    expect((await events(db)).map((event) => event.type)).toEqual([
      'thing.inserted',
      'ticket.created',
      'ticket.updated',
    ])
    expect((await events(db))[0]?.data.enriched).toBe("it's")
  })

  test('finds its own settings as they were', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'public.thing')
    await db.query(`set timezone = 'Asia/Kolkata'; set datestyle = 'German'`)
    await db.query(`begin; set local intervalstyle = 'iso_8601'`)
    await write(db)
    const { rows } =
      await db.query(`select current_setting('timezone') as timezone, current_setting('datestyle') as datestyle,
      current_setting('intervalstyle') as intervalstyle, current_user = session_user as same_user`)
    expect(rows).toEqual([
      { timezone: 'Asia/Kolkata', datestyle: 'German, DMY', intervalstyle: 'iso_8601', same_user: true },
    ])
  })

  test('needs no right but on its own table', async ({ db, connect, database }) => {
    const role = `app_${database.name}`
    await db.query(`create table public.thing (id integer primary key, name text);
      create role ${role}; grant select, insert, update, delete, truncate on public.thing to ${role}`)
    try {
      await watchAll(db, 'public.thing')
      const client = await connect()
      await client.query(`set role ${role}`)
      await client.query(
        `insert into thing values (1, 'a'); update thing set name = 'b'; delete from thing; truncate thing`,
      )
      await expect(client.query('select from outbox.events')).rejects.toThrow('permission denied')
    } finally {
      await db.query(`drop owned by ${role}; drop role ${role}`)
    }
    expect(await operations(db)).toEqual(['insert 1', 'update 1', 'delete 1', 'truncate null'])
  })

  test('may be kept by row security from reading the row it writes', async ({ db, connect, database }) => {
    const role = `app_${database.name}`
    await db.query(`create table public.thing (id integer primary key, name text);
      alter table public.thing enable row level security;
      create policy write_only on public.thing for insert with check (true);
      create role ${role}; grant select, insert on public.thing to ${role}`)
    try {
      await watchAll(db, 'public.thing')
      const client = await connect()
      await client.query(`set role ${role}`)
      await client.query(`insert into thing values (1, 'a')`)
      expect((await client.query('select from thing')).rowCount).toBe(0)
    } finally {
      await db.query(`drop owned by ${role}; drop role ${role}`)
    }
    expect((await events(db))[0]?.data.record).toEqual({ id: 1, name: 'a' })
  })

  test.for(['read committed', 'repeatable read', 'serializable'])('may run at %s', async (level, { db }) => {
    await db.query('create table thing (id integer primary key, name text)')
    await watchAll(db, 'thing')
    await db.query(`begin isolation level ${level}`)
    await db.query(`insert into thing values (1, 'a')`)
    await db.query(`update thing set name = 'b'`)
    await db.query('commit')
    expect(await operations(db)).toEqual(['insert 1', 'update 1'])
  })

  test('may use prepared statements, across a change of the rules', async ({ db }) => {
    await db.query('create table thing (id integer primary key, name text)')
    await db.query(`select outbox.watch('thing', 'a.updated', 'update')`)
    await db.query(`insert into thing values (1, '0'); prepare up (text) as update thing set name = $1`)
    await db.query(`execute up ('1')`)
    await db.query(`select outbox.watch('thing', 'b.updated', 'update')`)
    await db.query(`execute up ('2')`)
    await db.query(`select outbox.unwatch('thing', 'a.updated')`)
    await db.query(`execute up ('3')`)
    expect((await events(db)).map((event) => `${event.type} ${event.data.record.name}`)).toEqual([
      'a.updated 1',
      'a.updated 2',
      'b.updated 2',
      'b.updated 3',
    ])
  })

  test('can switch capture off for one transaction', async ({ db }) => {
    await db.query('create table thing (id integer)')
    await watchAll(db, 'thing')
    await db.query(`begin; set local outbox.capture = 'off'; insert into thing values (1); commit`)
    await db.query(`insert into thing values (2)`)
    expect((await events(db)).map((event) => event.data.record.id)).toEqual([2])
  })

  test('is silent as a replica: what a subscription applies was captured where it was written', async ({ db }) => {
    await db.query('create table thing (id integer)')
    await watchAll(db, 'thing')
    await db.query(`set session_replication_role = replica; insert into thing values (1); truncate thing`)
    expect(await events(db)).toEqual([])
  })
})

describe('outbox.context', () => {
  test('is written beside the event, for this transaction', async ({ db }) => {
    await db.query('create table thing (id integer)')
    await watchAll(db, 'thing')
    await db.query(
      `begin; set local outbox.context = '{"actor":"ann","n":1e400}'; insert into thing values (1); commit`,
    )
    await db.query('insert into thing values (2)')
    expect((await events(db)).map((event) => event.context)).toEqual([{ actor: 'ann', n: Infinity }, null])
  })

  test('that is not JSON is kept as a JSON string, and fails nothing', async ({ db }) => {
    await db.query('create table thing (id integer)')
    await watchAll(db, 'thing')
    for (const context of ['{actor: ann', '"', '[['.repeat(50_000)]) {
      await db.query(`select set_config('outbox.context', $1, false)`, [context])
      await db.query('insert into thing values (1)')
      expect((await events(db)).at(-1)?.context).toBe(context)
    }
  })
})
