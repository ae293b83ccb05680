/** A watch with coalesce_for: a burst of changes of one key becomes one event. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, expect, test } from '../support/world.ts'
import { events } from '../support/events.ts'

const table = `create table thing (id integer primary key, title text, n numeric, at timestamptz);
  insert into thing values (1, 'a', 1, null), (2, 'b', 1, null)`
const watch = `select outbox.watch('thing', 'thing.settled', 'update', coalesce_for => '10 s')`

const close = (db: Client, in_s: number) =>
  ask<number>(db, `select outbox.close_bursts(clock_timestamp() + make_interval(secs => $1))::int`, [in_s])

describe('a coalescing watch', () => {
  test('sends the first old and the last new values, and how many changes there were', async ({ db }) => {
    await db.query(`${table}; ${watch}`)
    for (const set of [`title = 'c'`, `n = 12345678901234567890.10`, `title = 'd', at = '2026-01-01T00:00:00Z'`])
      await db.query(`update thing set ${set} where id = 1`)
    await db.query(`update thing set n = 2 where id = 2`)
    expect(await events(db)).toEqual([])
    expect(await close(db, 9)).toBe(0)
    expect(await close(db, 11)).toBe(2)
    const [one, two] = await events(db)
    expect(one?.text.replace(/"(first|last)_at":"[^"]+"/g, '"$1_at":"?"')).toBe(
      '{"table":"public.thing","operation":"update","key":{"id":1},' +
        '"record":{"id":1,"title":"d","n":12345678901234567890.10,"at":"2026-01-01T00:00:00+00:00"},' +
        '"previous":{"title":"a","n":1,"at":null},"coalesced":{"changes":3,"first_at":"?","last_at":"?"}}',
    )
    expect(two?.data).toMatchObject({ record: { id: 2 }, previous: { n: 1 }, coalesced: { changes: 1 } })
    expect(await close(db, 11)).toBe(0)
  })

  test('takes its time from the first change of the burst; what comes later is the next one', async ({ db }) => {
    await db.query(`${table}; ${watch}`)
    await db.query(`update thing set title = 'c' where id = 1`)
    await db.query(`update outbox.coalescing_changes set occurred_at = occurred_at - interval '9 s'`)
    await db.query(`update thing set title = 'd' where id = 1`)
    expect(await close(db, 2)).toBe(1)
    await db.query(`update thing set title = 'e' where id = 1`)
    expect(await close(db, 2)).toBe(0)
    expect(await close(db, 11)).toBe(1)
    expect((await events(db)).map((event) => event.data.previous)).toEqual([{ title: 'a' }, { title: 'd' }])
  })

  test('is rolled back with its writer, and tells who the last writer was', async ({ db }) => {
    await db.query(`${table}; ${watch}`)
    await db.query(
      `begin; set local outbox.context = '{"actor":"ada"}'; update thing set title = 'c' where id = 1; commit`,
    )
    await db.query(
      `begin; set local outbox.context = '{"actor":"bob"}'; update thing set title = 'd' where id = 1; rollback`,
    )
    await close(db, 11)
    expect(await events(db)).toMatchObject([
      { context: { actor: 'ada' }, data: { record: { title: 'c' }, coalesced: { changes: 1 } } },
    ])
  })

  test('stands beside others of its table', async ({ db }) => {
    await db.query(`${table}; ${watch}; select outbox.watch('thing', 'thing.updated', 'update')`)
    await db.query(`update thing set title = 'c'; update thing set title = 'd'`)
    await close(db, 11)
    const types = (await events(db)).map((event) => event.type).toSorted()
    expect(types).toEqual([
      ...Array.from({ length: 2 }, () => 'thing.settled'),
      ...Array.from({ length: 4 }, () => 'thing.updated'),
    ])
  })

  test('that is removed or made an ordinary one leaves nothing behind', async ({ db }) => {
    await db.query(`${table}; ${watch}; update thing set title = 'c'`)
    await db.query(`select outbox.unwatch('thing')`)
    expect(await close(db, 0)).toBe(2)
    await db.query(`${watch}; update thing set title = 'd'; select outbox.watch('thing', 'thing.settled', 'update')`)
    expect(await close(db, 0)).toBe(2)
    await db.query(`update thing set title = 'e' where id = 1`)
    expect(await events(db)).toHaveLength(5)
  })

  test('keeps a burst that holds \\u0000 in a json column, as the last change alone', async ({ db }) => {
    await db.query(`create table doc (id integer primary key, j json); insert into doc values (1, '{}');
      select outbox.watch('doc', 'doc.changed', 'update', coalesce_for => '1 s')`)
    await db.query(String.raw`update doc set j = '"\u0000"'; update doc set j = '"\u0000!"'`)
    expect(await close(db, 2)).toBe(1)
    expect((await events(db))[0]?.text).toContain(String.raw`"record":{"id":1,"j":"\u0000!"}`)
  })

  test('is left to one relay at a time', async ({ db, connect }) => {
    await db.query(`${table}; ${watch}; update thing set title = 'c'`)
    const other = await connect()
    await db.query('begin')
    expect(await close(db, 11)).toBe(2)
    expect(await close(other, 11)).toBe(0)
    await db.query('rollback')
    expect(await close(other, 11)).toBe(2)
  })

  test('makes no writer wait for another one', async ({ db, connect }) => {
    await db.query(`create table child (id integer primary key, parent integer, v integer); insert into child values (1, 7, 0), (2, 7, 0);
      select outbox.watch('child', 'parent.touched', 'update', key_columns => '{parent}', coalesce_for => '1 s')`)
    const other = await connect()
    await db.query('begin; update child set v = 1 where id = 1')
    await other.query(`set statement_timeout = '5s'; update child set v = 1 where id = 2`)
    await db.query('commit')
    expect(await close(db, 2)).toBe(1)
  })

  test('is refused where it does not fit', async ({ db }) => {
    await db.query(`${table}; create table bare (v integer)`)
    const refused: [args: string, message: string][] = [
      [`'thing', 'a.b', 'insert', coalesce_for => '1 s'`, 'argument "coalesce_for" is given for the operation insert'],
      [`'thing', 'a.b', 'update', coalesce_for => '1 ms'`, 'argument "coalesce_for" is 00:00:00.001'],
      [`'thing', 'a.b', 'update', coalesce_for => '2 days'`, 'argument "coalesce_for" is 2 days'],
      [`'bare', 'a.b', 'update', coalesce_for => '1 s'`, 'which has no primary key'],
    ]
    for (const [args, message] of refused)
      await expect(db.query(`select outbox.watch(${args})`)).rejects.toMatchObject({
        code: 'OB001',
        message: expect.stringContaining(message),
        hint: expect.any(String),
      })
  })
})
