import { describe, expect, test } from '../support/fixture.ts'
import { events, failures, operations, watchAll } from '../support/events.ts'

/** Names that break whoever glues SQL, format strings, JSON or dollar quotes together. */
const names = [
  'Mixed Case',
  'with.dots',
  'with "double" quotes',
  "with 'single' quotes",
  '%s %I %L %',
  '$$ $1 $_$ $body$',
  'back\\slash \\n \\u0041',
  'new\nline\tand tab',
  '-- comment /* */ ;',
  'ключ',
  '键🔑',
  'select',
  'x'.repeat(63),
  '键'.repeat(21),
]

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

describe('a name', () => {
  test('of a table and its columns may be anything', { timeout: 60_000 }, async ({ db }) => {
    for (const name of names) {
      const thing = `public.${quoted(name)}`
      await db.query(`create table ${thing} (${quoted(name)} integer primary key, other text)`)
      await watchAll(db, thing)
      await db.query(`insert into ${thing} values (1, 'a')`)
      await db.query(`update ${thing} set ${quoted(name)} = 2`)
      const updated = (await events(db)).at(-1)
      expect(updated?.data, name).toEqual({
        table: expect.any(String),
        operation: 'update',
        key: { [name]: 2 },
        record: { [name]: 2, other: 'a' },
        previous: { [name]: 1 },
      })
      const { rows } = await db.query(`select $1::regclass = $2::regclass as same`, [updated?.data.table, thing])
      expect(rows, name).toEqual([{ same: true }])
      expect(await failures(db)).toEqual([])
    }
  })

  test('of a column may be anything in every argument of outbox.watch', { timeout: 60_000 }, async ({ db }) => {
    for (const [index, name] of names.entries()) {
      await db.query(`create table thing_${index} (id integer, ${quoted(name)} text)`)
      await db.query(
        `select outbox.watch($1::regclass, 'thing.updated', 'update', columns => array[$2], key_columns => array[$2],
                             tenant_column => $2, condition => format('new.%1$I is distinct from old.%1$I', $2::text))`,
        [`thing_${index}`, name],
      )
      await db.query(`insert into thing_${index} values (1, 'a'); update thing_${index} set ${quoted(name)} = 'b'`)
      const event = (await events(db)).at(-1)
      expect(event, name).toMatchObject({ key: 'b', tenant: 'b' })
      expect(event?.data).toMatchObject({ key: { [name]: 'b' }, record: { [name]: 'b' }, previous: { [name]: 'a' } })
      expect(await failures(db)).toEqual([])
    }
  })

  test('of a column may be that of a variable of the capture function', async ({ db }) => {
    const columns = (
      'v_step v_fires v_built v_wide v_large v_changed v_key v_keys v_tenant v_data v_previous v_enriched v_rest ' +
      'new old tg_op tg_relid relation event_type found'
    ).split(' ')
    await db.query(`create table thing (id integer primary key, ${columns.map((name) => `"${name}" text`).join(', ')})`)
    await db.query(`create table other (${columns.map((name) => `"${name}" text`).join(', ')})`)
    await db.query(`insert into other (v_data, "new", tg_op) values ('other', 'o', 'p')`)
    await watchAll(db, 'thing', `, enrich => '(select json_agg(json_build_array(v_data, tg_op)) from public.other)'`)
    await db.query(`insert into thing (id) values (1)`)
    await db.query(`update thing set ${columns.map((name) => `"${name}" = 'x'`).join(', ')}`)
    const [, updated] = await events(db)
    expect(Object.keys(updated?.data.previous)).toEqual(columns)
    expect(updated?.data.enriched).toEqual([['other', 'p']])
    expect(await failures(db)).toEqual([])
  })

  test('of ours can be a table of the application too', async ({ db }) => {
    for (const name of ['events', 'webhooks', 'watches', 'settings', 'capture_failures']) {
      await db.query(`create table public.${name} (id integer primary key)`)
      await watchAll(db, `public.${name}`)
      await db.query(`insert into public.${name} values (1)`)
      expect((await events(db)).at(-1)?.data).toMatchObject({ table: `public.${name}`, record: { id: 1 } })
    }
    await db.query(`create schema capture; create table capture.changes (id integer primary key)`)
    await watchAll(db, 'capture.changes')
    await db.query(`insert into capture.changes values (1)`)
    expect((await events(db)).at(-1)?.data.table).toBe('capture.changes')
  })
})

describe('the capture function', () => {
  test.for([
    ['long names that begin alike', `"${'键'.repeat(20)}a"`, `"${'键'.repeat(20)}b"`],
    ['names that differ in signs only', '"a b"', '"a.b"'],
  ])('is not shared by tables with %s', async ([, one, other], { db }) => {
    for (const [name, column] of [
      [one, 'a'],
      [other, 'b'],
    ]) {
      await db.query(`create table ${name} (id integer primary key, ${column} text)`)
      await watchAll(db, name ?? '')
    }
    await db.query(`insert into ${one} values (1, 'x'); insert into ${other} values (2, 'y')`)
    expect((await events(db)).map((event) => event.data.record)).toEqual([
      { id: 1, a: 'x' },
      { id: 2, b: 'y' },
    ])
  })

  test('stays with a table that is renamed, when another one takes its name', async ({ db }) => {
    await db.query('create table thing (id integer primary key)')
    await watchAll(db, 'thing')
    await db.query('alter table thing rename to thing_old; create table thing (id integer primary key, name text)')
    await db.query(`select outbox.watch('thing', 'new_thing.created', 'insert')`)
    await db.query('insert into thing_old values (1); insert into thing values (2)')
    expect((await events(db)).map((event) => event.type)).toEqual(['thing.inserted', 'new_thing.created'])
    await db.query('delete from thing_old')
    expect((await operations(db))[2]).toBe('delete 1')
  })

  test('of a dropped table is taken up by the next one of that name', async ({ db }) => {
    const count = `select count(*)::integer as functions from pg_proc where proname like 'capture\\_public\\_thing%'`
    for (let round = 0; round < 2; round += 1) {
      await db.query('create table thing (id integer primary key)')
      await watchAll(db, 'thing')
      await db.query('drop table thing')
    }
    expect((await db.query(count)).rows).toEqual([{ functions: 1 }])
  })
})

describe('a wide table', () => {
  test.for([51, 101, 1000])('of %i columns is captured whole', async (width, { db }) => {
    const columns = Array.from({ length: width - 1 }, (_, index) => `c${index}`)
    await db.query(
      `create table thing (id integer primary key, ${columns.map((name) => `${name} smallint`).join(', ')})`,
    )
    await watchAll(db, 'thing')
    await db.query(
      `select outbox.watch('thing', 'thing.narrow', 'update', except_columns => '{c0}', ignore_columns => '{c1}')`,
    )
    await db.query('insert into thing (id) values (1)')
    await db.query(`update thing set ${columns.map((name, index) => `${name} = ${index}`).join(', ')}`)
    const [, updated, narrow] = await events(db)
    expect(Object.keys(updated?.data.record)).toEqual(['id', ...columns])
    expect(Object.keys(updated?.data.previous)).toEqual(columns)
    expect(Object.keys(narrow?.data.previous)).toEqual(columns.slice(1))
    expect(await failures(db)).toEqual([])
  })
})
