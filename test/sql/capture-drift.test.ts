import { describe, expect, test } from '../support/fixture.ts'
import type { Client } from '../../sql/db.ts'
import { events, failures, operations, watchAll } from '../support/events.ts'

async function recompile(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ table: string }>('select outbox.recompile_captures()::text as "table"')
  return rows.map((row) => row.table)
}

async function last(db: Client): Promise<any> {
  return (await events(db)).at(-1)?.data
}

describe('a table that changes after outbox.watch', () => {
  test('by an added column sends it at once, in record and previous', async ({ db }) => {
    await db.query('create table thing (id integer primary key, name text)')
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'a'); alter table thing add late jsonb, add other text`)
    await db.query(`update thing set late = '1'`)
    expect(await last(db)).toMatchObject({ record: { id: 1, name: 'a', late: 1 }, previous: { late: null } })
    expect(await recompile(db)).toEqual(['thing'])
    await db.query(`update thing set name = 'b', late = '2'`)
    expect(await last(db)).toMatchObject({ record: { late: 2 }, previous: { name: 'a', late: 1 } })
    expect(await recompile(db)).toEqual([])
    expect(await failures(db)).toEqual([])
  })

  test('by a dropped column goes on sending whole rows, and says what it met', async ({ db }) => {
    await db.query('create table thing (id integer primary key, name text, note text)')
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'a', 'n'); alter table thing drop note`)
    await db.query(`update thing set name = name`)
    await db.query(`update thing set name = 'b'; delete from thing`)
    expect(await operations(db)).toEqual(['insert 1', 'update 1', 'delete 1'])
    expect((await events(db))[1]?.data).toMatchObject({ record: { id: 1, name: 'b' }, previous: { name: 'a' } })
    expect(await last(db)).toMatchObject({ record: { id: 1, name: 'b' } })
    expect((await failures(db)).map((failure) => [failure.event_type, failure.failed, failure.sqlstate])).toEqual([
      ['thing.updated', 'payload', '42703'],
      ['thing.deleted', 'payload', '42703'],
    ])
    await recompile(db)
    await db.query(`insert into thing values (2, 'a'); update thing set name = 'b'`)
    expect(await last(db)).toMatchObject({ record: { id: 2, name: 'b' }, previous: { name: 'a' } })
    expect(await failures(db)).toHaveLength(2)
  })

  test('by a renamed key column loses the key until the function is compiled anew', async ({ db }) => {
    await db.query('create table thing (id integer primary key, name text)')
    await watchAll(db, 'thing')
    await db.query(`alter table thing rename id to number; insert into thing values (1, 'a')`)
    expect(await last(db)).toMatchObject({ key: null, record: { number: 1, name: 'a' } })
    await recompile(db)
    await db.query(`update thing set name = 'b'`)
    expect(await last(db)).toMatchObject({ key: { number: 1 }, previous: { name: 'a' } })
  })

  test('by another type goes on, also in a session that knew the old one', async ({ db }) => {
    await db.query('create table thing (id integer primary key, name text, n integer)')
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'a', 1); update thing set n = 2`)
    await db.query(
      `alter table thing alter n type numeric using n + 0.5, alter id type text, alter name type json using to_json(name)`,
    )
    await db.query(`update thing set n = 3.25, name = '{"a":1}'`)
    expect(await last(db)).toMatchObject({
      record: { id: '1', name: { a: 1 }, n: 3.25 },
      previous: { name: 'a', n: 2.5 },
    })
    await recompile(db)
    await db.query(`update thing set name = '{"a": 1}'`)
    expect(await last(db)).toMatchObject({ key: { id: '1' }, previous: { name: { a: 1 } } })
  })

  test('by its name is reported under the new one once the function is compiled anew', async ({ db }) => {
    await db.query('create table thing (id integer primary key)')
    await watchAll(db, 'thing')
    await db.query(
      `create schema app; alter table thing set schema app; alter table app.thing rename to item; insert into app.item values (1)`,
    )
    expect(await last(db)).toMatchObject({ table: 'public.thing' })
    expect(await recompile(db)).toEqual(['app.item'])
    await db.query(`insert into app.item values (2)`)
    expect(await last(db)).toMatchObject({ table: 'app.item' })
  })

  test('by its owner goes on', async ({ db, database }) => {
    const role = `app_${database.name}`
    await db.query(`create role ${role}; create table thing (id integer primary key)`)
    try {
      await watchAll(db, 'thing')
      await db.query(`alter table thing owner to ${role}; set role ${role}; insert into thing values (1); reset role`)
    } finally {
      await db.query(`drop owned by ${role}; drop role ${role}`)
    }
    expect(await operations(db)).toEqual(['insert 1'])
  })

  test('by being dropped leaves rules that outbox.unwatch removes by number', async ({ db }) => {
    await db.query('create table thing (id integer primary key); create table other (id integer primary key)')
    await watchAll(db, 'thing')
    await watchAll(db, 'other')
    await db.query('drop table thing')
    expect(await recompile(db)).toEqual([])
    const { rows } = await db.query(`select outbox.unwatch(relation) as removed from outbox.watches as w
      where not exists (select from pg_class as c where c.oid = w.relation) limit 1`)
    expect(rows).toEqual([{ removed: 4 }])
    await db.query('insert into other values (1)')
    expect(await operations(db)).toEqual(['insert 1'])
  })

  test('in a column that the condition reads makes no event: whether it should cannot be told', async ({ db }) => {
    await db.query('create table thing (id integer primary key, status text)')
    await db.query(`select outbox.watch('thing', 'thing.closed', 'update', condition => 'new.status = ''closed''');
      select outbox.watch('thing', 'thing.updated', 'update')`)
    await db.query(`insert into thing values (1, 'open'); alter table thing rename status to state`)
    await db.query(`update thing set state = 'closed'`)
    await recompile(db)
    await db.query(`update thing set state = 'done'`)
    expect((await events(db)).map((event) => event.type)).toEqual(['thing.updated', 'thing.updated'])
    const failed = (await failures(db)).filter((failure) => failure.event_type === 'thing.closed')
    expect(failed.map((failure) => [failure.failed, failure.message])).toEqual([
      ['condition', 'record "new" has no field "status"'],
      ['condition', 'record "new" has no field "status"'],
    ])
  })
})

describe('a rule that names columns', () => {
  test('goes on without one that is gone from columns or ignore_columns', async ({ db }) => {
    await db.query('create table thing (id integer primary key, name text, note text, seen integer)')
    await db.query(
      `select outbox.watch('thing', 'thing.updated', 'update', columns => '{name,note}', ignore_columns => '{seen}')`,
    )
    await db.query(`insert into thing values (1, 'a', 'n', 1); alter table thing drop note, drop seen`)
    await db.query(`update thing set name = 'b'`)
    expect(await last(db)).toEqual({
      table: 'public.thing',
      operation: 'update',
      key: { id: 1 },
      payload_omitted: 'capture_failed',
    })
    await recompile(db)
    await db.query(`update thing set name = 'c'`)
    expect(await last(db)).toMatchObject({ key: { id: 1 }, record: { name: 'c' }, previous: { name: 'b' } })
  })

  test('never sends a column that it keeps out, not even under a new name', async ({ db }) => {
    await db.query('create table thing (id integer primary key, name text, secret text)')
    await watchAll(db, 'thing', `, except_columns => '{secret}'`)
    await db.query(`insert into thing values (1, 'a', 'xyzzy'); alter table thing rename secret to hidden`)
    await db.query(`update thing set hidden = 'xyzzy2', name = 'b'`)
    await recompile(db)
    await db.query(`update thing set hidden = 'xyzzy3'; delete from thing`)
    expect(await operations(db)).toEqual(['insert 1', 'update 1', 'update 1', 'delete 1'])
    expect((await events(db)).map((event) => event.text).join()).not.toContain('xyzzy')
    expect(await last(db)).toMatchObject({ key: { id: 1 }, payload_omitted: 'capture_failed' })
    expect((await failures(db)).at(-1)?.message).toContain('except_columns names the column secret')
    await watchAll(db, 'thing', `, except_columns => '{hidden}'`)
    await db.query(`insert into thing values (2, 'a', 'xyzzy')`)
    expect(await last(db)).toMatchObject({ record: { id: 2, name: 'a' } })
  })

  test('does not take up a column added later when it lists what may be sent', async ({ db }) => {
    await db.query('create table thing (id integer primary key, name text)')
    await db.query(`select outbox.watch('thing', 'thing.inserted', 'insert', columns => '{name}')`)
    await db.query(`alter table thing add secret text; insert into thing values (1, 'a', 'xyzzy')`)
    expect(await recompile(db)).toEqual([])
    expect(await last(db)).toMatchObject({ record: { name: 'a' } })
  })
})

describe('outbox.recompile_captures', () => {
  test('never waits for somebody who is changing rules: it leaves the table to a later run', async ({
    db,
    connect,
  }) => {
    await db.query('create table thing (id integer primary key)')
    await watchAll(db, 'thing')
    await db.query('alter table thing add name text')
    const other = await connect()
    await other.query(`begin; create table other (id integer); select outbox.watch('other', 'a.b', 'insert')`)
    await db.query(`set statement_timeout = '5s'`)
    expect(await recompile(db)).toEqual([])
    await other.query('commit')
    expect(await recompile(db)).toEqual(['thing'])
  })
})

describe('a failure that every row of a statement meets', () => {
  test('is recorded once a transaction, and again after a savepoint that took it back', async ({ db }) => {
    await db.query('create table thing (id integer primary key)')
    await db.query(`select outbox.watch('thing', 'thing.inserted', 'insert', condition => '1 / (new.id - new.id) = 1')`)
    await db.query('insert into thing select generate_series(1, 1000)')
    expect(await failures(db)).toHaveLength(1)
    await db.query(
      `begin; savepoint s; insert into thing values (1001); rollback to s; insert into thing values (1002); commit`,
    )
    expect(await failures(db)).toHaveLength(2)
    expect(await events(db)).toEqual([])
  })
})
