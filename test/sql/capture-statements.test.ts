import { describe, expect, test } from '../support/fixture.ts'
import { events, operations, types, watchAll } from '../support/events.ts'

const table = 'create table thing (id integer primary key, name text, note text)'

describe('a statement on a watched table', () => {
  test('makes an event of a row that is inserted', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'a')`)
    const [event] = await events(db)
    expect(event).toMatchObject({ type: 'thing.inserted', key: '1', tenant: null, context: null })
    expect(event?.text).toBe(
      '{"table":"public.thing","operation":"insert","key":{"id":1},"record":{"id":1,"name":"a","note":null}}',
    )
  })

  test('tells of an update the new row and the old values of what changed', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'a', 'n')`)
    await db.query(`update thing set name = null`)
    expect((await events(db))[1]?.text).toBe(
      '{"table":"public.thing","operation":"update","key":{"id":1},"record":{"id":1,"name":null,"note":"n"},"previous":{"name":"a"}}',
    )
  })

  test('tells of a deleted row what it was', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'a')`)
    await db.query(`delete from thing`)
    const event = (await events(db))[1]
    expect(event?.type).toBe('thing.deleted')
    expect(event?.text).toBe(
      '{"table":"public.thing","operation":"delete","key":{"id":1},"record":{"id":1,"name":"a","note":null}}',
    )
  })

  test('makes one event of a truncate, also of one that cascades', async ({ db }) => {
    await db.query(`${table}; create table part (id integer references thing)`)
    await watchAll(db, 'part')
    await db.query('insert into thing select generate_series(1, 3); insert into part select generate_series(1, 3)')
    await db.query('truncate thing cascade')
    const truncated = (await events(db))[3]
    expect(truncated).toMatchObject({ type: 'thing.truncated', key: null })
    expect(truncated?.text).toBe('{"table":"public.part","operation":"truncate","key":null,"record":null}')
  })

  test('makes an event of each row that COPY brings', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`copy thing (id) from program 'seq 1 3'`)
    expect(await operations(db)).toEqual(['insert 1', 'insert 2', 'insert 3'])
  })

  test('makes an event of each thing that MERGE does', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`set outbox.capture = 'off'; insert into thing values (1, 'a'), (2, 'b'); reset outbox.capture`)
    await db.query(`merge into thing using (values (1, 'x'), (2, null), (3, 'c')) as s (id, name) on s.id = thing.id
      when matched and s.name is null then delete
      when matched then update set name = s.name
      when not matched then insert (id, name) values (s.id, s.name)`)
    expect((await operations(db)).toSorted()).toEqual(['delete 2', 'insert 3', 'update 1'])
  })

  test('tells the two branches of an upsert apart, and the one that does nothing', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    const upsert = `insert into thing values (1, $1) on conflict (id) do update set name = excluded.name`
    await db.query(upsert, ['a'])
    await db.query(upsert, ['b'])
    await db.query('insert into thing values (1) on conflict do nothing')
    expect(await operations(db)).toEqual(['insert 1', 'update 1'])
  })

  test('makes events of what foreign keys cascade to', async ({ db }) => {
    await db.query(`${table};
      create table part (id integer primary key, thing_id integer references thing on delete cascade on update cascade);
      create table hint (id integer primary key, thing_id integer references thing on delete set null);
      insert into thing values (1); insert into part values (10, 1); insert into hint values (20, null)`)
    await watchAll(db, 'part')
    await watchAll(db, 'hint')
    await db.query('update thing set id = 2')
    await db.query('update hint set thing_id = 2')
    await db.query('delete from thing')
    expect((await operations(db)).toSorted()).toEqual(['delete 10', 'update 10', 'update 20', 'update 20'])
  })

  test('makes events of changes made inside functions and triggers', async ({ db }) => {
    await db.query(`${table};
      create table source (id integer);
      create function copy_it() returns trigger language plpgsql as $$ begin insert into thing values (new.id); return new; end $$;
      create trigger copy_it before insert on source for each row execute function copy_it();
      create function make_it(p integer) returns void language sql as 'insert into thing values (p)'`)
    await watchAll(db, 'thing')
    await db.query('insert into source values (1); select make_it(2)')
    expect(await operations(db)).toEqual(['insert 1', 'insert 2'])
  })

  test('makes events of changes made by a deferred trigger at commit', async ({ db }) => {
    await db.query(`${table};
      create table source (id integer);
      create function copy_it() returns trigger language plpgsql as $$ begin insert into thing values (new.id); return null; end $$;
      create constraint trigger copy_it after insert on source deferrable initially deferred
        for each row execute function copy_it()`)
    await watchAll(db, 'thing')
    await db.query('begin; insert into source values (1)')
    expect(await types(db)).toEqual([])
    await db.query('commit')
    expect(await types(db)).toEqual(['thing.inserted'])
  })

  test('that a BEFORE trigger changed is reported as it was stored', async ({ db }) => {
    await db.query(`${table};
      create function shout() returns trigger language plpgsql as $$ begin new.name := upper(new.name); return new; end $$;
      create trigger shout before insert or update on thing for each row execute function shout()`)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'a')`)
    await db.query(`update thing set name = 'a'`)
    expect((await events(db)).map((event) => event.data.record.name)).toEqual(['A'])
  })

  test('that was rolled back leaves no event, be it a savepoint or all', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`begin; insert into thing values (1); savepoint s; insert into thing values (2);
      rollback to s; insert into thing values (3); commit`)
    await db.query(`begin; insert into thing values (4); rollback`)
    expect(await operations(db)).toEqual(['insert 1', 'insert 3'])
    const { rows } = await db.query('select count(distinct txid)::integer as transactions from outbox.events')
    expect(rows).toEqual([{ transactions: 1 }])
  })

  test('that changes a primary key names the new key, and the old one in previous', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query('insert into thing values (1)')
    await db.query('update thing set id = 2')
    const event = (await events(db))[1]
    expect(event?.key).toBe('2')
    expect(event?.data).toMatchObject({ key: { id: 2 }, previous: { id: 1 } })
  })

  test('that changes nothing makes no event', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'a')`)
    await db.query(`update thing set name = 'a', note = null; update thing set id = id`)
    expect(await operations(db)).toEqual(['insert 1'])
  })

  test('on 100,000 rows makes 100,000 events, each of its own row', { timeout: 60_000 }, async ({ db }) => {
    await db.query(`${table}; insert into thing select i, 'a' from generate_series(1, 100000) as i`)
    await db.query(`select outbox.watch('thing', 'thing.updated', 'update')`)
    await db.query(`update thing set name = 'b'`)
    const { rows } = await db.query(`
      select count(*)::integer as events, count(distinct key)::integer as keys, count(distinct id)::integer as ids,
             bool_and(data ->> 'key' = format('{"id":%s}', key)) as own_row
      from outbox.events`)
    expect(rows).toEqual([{ events: 100_000, keys: 100_000, ids: 100_000, own_row: true }])
  })
})

describe('a key', () => {
  test('of several columns is a JSON array, and an object in the data', async ({ db }) => {
    await db.query('create table thing (a text, b integer, c text, primary key (b, a) include (c))')
    await watchAll(db, 'thing')
    await db.query(`insert into thing values ('x "y"', 2)`)
    const [event] = await events(db)
    expect(JSON.parse(event?.key ?? '')).toEqual([2, 'x "y"'])
    expect(event?.data.key).toEqual({ b: 2, a: 'x "y"' })
  })

  test('is null for a table without one', async ({ db }) => {
    await db.query('create table thing (name text)')
    await watchAll(db, 'thing')
    await db.query(`insert into thing values ('a'); update thing set name = 'b'; delete from thing`)
    expect((await events(db)).map((event) => [event.key, event.data.key, event.data.record.name])).toEqual([
      [null, null, 'a'],
      [null, null, 'b'],
      [null, null, 'b'],
    ])
  })
})
