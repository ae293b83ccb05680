import { describe, expect, test } from '../support/fixture.ts'
import { events, failures, types, watchAll } from '../support/events.ts'

const table = 'create table thing (id integer primary key, name text, email text, seen integer default 0, org text)'

describe('columns', () => {
  test('names all that record and previous may hold; the key is sent all the same', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing', `, columns => '{name,org}'`)
    await db.query(`insert into thing values (1, 'a', 'secret', 7, 'o')`)
    await db.query(`update thing set name = 'b', email = 'secret2'`)
    const text = '"key":{"id":1},"record":{"name":"b","org":"o"},"previous":{"name":"a"}}'
    expect((await events(db))[1]?.text).toContain(text)
  })

  test('does not decide whether there is an event', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing', `, columns => '{name}'`)
    await db.query(`insert into thing values (1, 'a'); update thing set seen = 1`)
    expect((await events(db))[1]?.data).toMatchObject({ record: { name: 'a' }, previous: {} })
  })
})

describe('except_columns', () => {
  test('are in no part of any event', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing', `, except_columns => '{email}'`)
    await db.query(`insert into thing values (1, 'a', 'xyzzy1'); update thing set email = 'xyzzy2', name = 'b';
      update thing set email = 'xyzzy3'; delete from thing`)
    const all = await events(db)
    expect(all.map((event) => event.data.previous)).toEqual([undefined, { name: 'a' }, {}, undefined])
    expect(JSON.stringify(all)).not.toContain('xyzzy')
  })

  test('take a column out of the primary key too', async ({ db }) => {
    await db.query('create table thing (email text, n integer, name text, primary key (email, n))')
    await db.query(`create table person (email text primary key, name text)`)
    await watchAll(db, 'thing', `, except_columns => '{email}'`)
    await watchAll(db, 'person', `, except_columns => '{email}'`)
    await db.query(`insert into thing values ('xyzzy', 1, 'a'); insert into person values ('xyzzy', 'a')`)
    const [thing, person] = await events(db)
    expect(thing).toMatchObject({ key: '1', data: { key: { n: 1 } } })
    expect(person).toMatchObject({ key: null, data: { key: null } })
    expect(JSON.stringify([thing, person])).not.toContain('xyzzy')
  })
})

describe('ignore_columns', () => {
  test('hold back an update that changes only these', async ({ db }) => {
    await db.query(table)
    await db.query(`select outbox.watch('thing', 'thing.updated', 'update', ignore_columns => '{seen,org}')`)
    await db.query(`insert into thing values (1, 'a'); update thing set seen = 1; update thing set org = 'x', seen = 2`)
    expect(await events(db)).toEqual([])
    await db.query(`update thing set seen = 3, name = 'b'`)
    expect((await events(db))[0]?.data.previous).toEqual({ name: 'a', seen: 2 })
  })

  test('hold back the event of their rule alone', async ({ db }) => {
    await db.query(table)
    await db.query(`select outbox.watch('thing', 'thing.updated', 'update', ignore_columns => '{seen}');
      select outbox.watch('thing', 'thing.touched', 'update')`)
    await db.query(`insert into thing values (1, 'a'); update thing set seen = 1`)
    expect(await types(db)).toEqual(['thing.touched'])
    expect((await events(db))[0]).toMatchObject({ key: '1', data: { previous: { seen: 0 } } })
  })
})

describe('key_columns and tenant_column', () => {
  test('give the event its key and tenant, null where they are', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing', `, key_columns => '{org,id}', tenant_column => 'org'`)
    await db.query(
      `insert into thing values (1, 'a', null, 0, 'o'), (2, 'b', null, 0, null); delete from thing where id = 1`,
    )
    expect((await events(db)).map((event) => [event.key, event.tenant, event.data.key])).toEqual([
      ['["o", 1]', 'o', { org: 'o', id: 1 }],
      ['[null, 2]', null, { org: null, id: 2 }],
      ['["o", 1]', 'o', { org: 'o', id: 1 }],
    ])
  })

  test('are each rule’s own', async ({ db }) => {
    await db.query(table)
    await db.query(`select outbox.watch('thing', 'a', 'insert', key_columns => '{name}', tenant_column => 'org');
      select outbox.watch('thing', 'b', 'insert')`)
    await db.query(`insert into thing values (1, 'n', null, 0, 'o')`)
    expect((await events(db)).map((event) => [event.type, event.key, event.tenant])).toEqual([
      ['a', 'n', 'o'],
      ['b', '1', null],
    ])
  })
})

describe('a condition', () => {
  test('decides by the old and the new row; null is no', async ({ db }) => {
    await db.query(table)
    await db.query(`select outbox.watch('thing', 'thing.renamed', 'update', condition => 'old.name <> new.name -- null is no'),
      outbox.watch('thing', 'thing.left', 'delete', condition => 'old.seen > 0'),
      outbox.watch('thing', 'thing.big', 'insert', condition => 'exists (select from public.thing as t where t.seen > new.seen)')`)
    await db.query(`insert into thing values (1, null, null, 5)`)
    await db.query(`insert into thing values (2, 'b', null, 0)`)
    await db.query(`update thing set name = coalesce(name || '!', 'x')`)
    await db.query('delete from thing')
    expect((await events(db)).map((event) => `${event.type} ${event.key}`)).toEqual([
      'thing.big 2',
      'thing.renamed 2',
      'thing.left 1',
    ])
  })

  test('that fails makes no event, spoils no other rule and is recorded', async ({ db }) => {
    await db.query(table)
    await db.query(`create function angry(integer) returns boolean language plpgsql as $$ begin assert false, 'no'; return true; end $$;
      select outbox.watch('thing', 'a', 'insert'),
             outbox.watch('thing', 'b', 'insert', condition => '1 / new.seen > 0'),
             outbox.watch('thing', 'c', 'insert', condition => 'public.angry(new.id)'),
             outbox.watch('thing', 'd', 'insert')`)
    await db.query('insert into thing values (1)')
    expect(await types(db)).toEqual(['a', 'd'])
    expect(await failures(db)).toEqual([
      { event_type: 'b', failed: 'condition', sqlstate: '22012', message: 'division by zero' },
      { event_type: 'c', failed: 'condition', sqlstate: 'P0004', message: 'no' },
    ])
  })
})

describe('enrich', () => {
  test('adds what it reads in the writer’s snapshot', async ({ db }) => {
    await db.query(`${table}; create table org (name text, plan text); insert into org values ('o', 'old')`)
    const enrich = `select json_build_object('plan', o.plan) from public.org as o where o.name = new.org`
    await db.query(`select outbox.watch('thing', 'a', 'insert', enrich => $1)`, [enrich])
    await db.query(`begin; update org set plan = 'new'; insert into thing (id, org) values (1, 'o'), (2, 'p'); commit`)
    expect((await events(db)).map((event) => event.data.enriched)).toEqual([{ plan: 'new' }, null])
  })

  test('that fails leaves the event without it, and is recorded', async ({ db }) => {
    await db.query(`${table}; create table org (name text); insert into org values ('o'), ('o')`)
    await db.query(`select outbox.watch('thing', 'a', 'insert', enrich => '(select to_json(o) from public.org as o)')`)
    await db.query('insert into thing values (1)')
    expect((await events(db))[0]?.data).toMatchObject({ record: { id: 1 }, enriched: null })
    expect(await failures(db)).toMatchObject([{ event_type: 'a', failed: 'enrich', sqlstate: '21000' }])
  })
})

describe('the bell', () => {
  test('rings once a transaction while the relay sleeps, and not while it is awake or the setting is off', async ({
    db,
    connect,
  }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    const relay = await connect()
    const rung: string[] = []
    relay.on('notification', (message) => rung.push(`${message.channel} ${message.payload}`))
    await relay.query('listen outbox')
    await db.query('insert into thing select generate_series(1, 10)')
    await relay.query('select')
    expect(rung).toEqual(['outbox '])
    await relay.query('select pg_advisory_lock(1869968482, 1)')
    await db.query('delete from thing where id = 1')
    await relay.query('select pg_advisory_unlock(1869968482, 1)')
    await db.query('update outbox.settings set notify = false')
    await db.query('delete from thing where id = 2')
    await relay.query('select')
    expect(rung).toEqual(['outbox '])
    expect(await events(db)).toHaveLength(12)
  })
})
