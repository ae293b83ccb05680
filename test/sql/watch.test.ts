import { describe, expect, test } from '../support/fixture.ts'
import { events, refusal, types } from '../support/events.ts'

const table = `create table thing (id integer primary key, name text, status text, n integer)`

/** What is called, and what it is refused with: the code and a part of the message, which names the argument. */
const refused: [call: string, code: string, message: string][] = [
  [`watch(null, 'a.b', 'insert')`, 'OB002', 'argument "relation" is null'],
  [`watch(4000000000, 'a.b', 'insert')`, 'OB002', 'argument "relation" is null or names a table that does not exist'],
  [`watch('a_view', 'a.b', 'insert')`, 'OB001', 'argument "relation" is public.a_view, which is a view'],
  [`watch('a_matview', 'a.b', 'insert')`, 'OB001', 'which is a view'],
  [`watch('thing_pkey', 'a.b', 'insert')`, 'OB001', 'argument "relation" is public.thing_pkey, which is no table'],
  [`watch('part_1', 'a.b', 'insert')`, 'OB001', 'argument "relation" is public.part_1, which is a partition'],
  [`watch('outbox.events', 'a.b', 'insert')`, 'OB001', 'which is a table of the outbox itself'],
  [`watch('pg_class', 'a.b', 'insert')`, 'OB001', 'which is a system table'],
  [`watch('a_temp', 'a.b', 'insert')`, 'OB001', 'which is a temporary table'],
  [`watch('thing', null, 'insert')`, 'OB001', 'argument "event_type" is null'],
  [`watch('thing', '', 'insert')`, 'OB001', `argument "event_type" is ''`],
  [`watch('thing', 'a-b', 'insert')`, 'OB001', `argument "event_type" is 'a-b'`],
  [`watch('thing', 'a..b', 'insert')`, 'OB001', 'argument "event_type"'],
  [`watch('thing', repeat('a', 129), 'insert')`, 'OB001', 'argument "event_type"'],
  [`watch('thing', 'a.b', null)`, 'OB001', 'argument "operation" is null'],
  [`watch('thing', 'a.b', 'INSERT')`, 'OB001', `argument "operation" is 'INSERT'`],
  [
    `watch('thing', 'a.b', 'insert', columns => '{id}', except_columns => '{n}')`,
    'OB001',
    'arguments "columns" and "except_columns"',
  ],
  [`watch('thing', 'a.b', 'insert', columns => '{}')`, 'OB001', 'argument "columns" is empty'],
  [`watch('thing', 'a.b', 'insert', columns => '{id,nmae}')`, 'OB001', 'argument "columns" names the column nmae'],
  [`watch('thing', 'a.b', 'insert', columns => '{null}')`, 'OB001', 'argument "columns" names the column null'],
  [
    `watch('thing', 'a.b', 'insert', except_columns => '{ctid}')`,
    'OB001',
    'argument "except_columns" names the column ctid',
  ],
  [
    `watch('thing', 'a.b', 'insert', key_columns => '{"x y"}')`,
    'OB001',
    'argument "key_columns" names the column "x y"',
  ],
  [
    `watch('thing', 'a.b', 'insert', key_columns => '{n}', except_columns => '{n}')`,
    'OB001',
    'argument "key_columns" names the column n',
  ],
  [`watch('thing', 'a.b', 'update', ignore_columns => '{x}')`, 'OB001', 'argument "ignore_columns" names the column x'],
  [
    `watch('thing', 'a.b', 'insert', ignore_columns => '{n}')`,
    'OB001',
    'argument "ignore_columns" is given for the operation insert',
  ],
  [`watch('thing', 'a.b', 'insert', tenant_column => 'x')`, 'OB001', 'argument "tenant_column" names the column x'],
  [
    `watch('thing', 'a.b', 'truncate', tenant_column => 'n')`,
    'OB001',
    'argument "tenant_column" is given for the operation truncate',
  ],
  [
    `watch('thing', 'a.b', 'truncate', columns => '{n}')`,
    'OB001',
    'argument "columns" is given for the operation truncate',
  ],
  [
    `watch('thing', 'a.b', 'truncate', condition => 'true')`,
    'OB001',
    'argument "condition" cannot be used with the operation truncate',
  ],
  [
    `watch('thing', 'a.b', 'insert', condition => 'new.nmae = ''a''')`,
    'OB001',
    'argument "condition" cannot be evaluated',
  ],
  [`watch('thing', 'a.b', 'insert', condition => 'name = ''a''')`, 'OB001', 'argument "condition" cannot be evaluated'],
  [
    `watch('thing', 'a.b', 'insert', condition => 'old.name = ''a''')`,
    'OB001',
    'argument "condition" cannot be evaluated',
  ],
  [
    `watch('thing', 'a.b', 'delete', condition => 'new.name = ''a''')`,
    'OB001',
    'argument "condition" cannot be evaluated',
  ],
  [`watch('thing', 'a.b', 'insert', condition => 'new.n')`, 'OB001', 'argument "condition" gives integer, not boolean'],
  [`watch('thing', 'a.b', 'insert', condition => '')`, 'OB001', 'argument "condition" cannot be evaluated'],
  [`watch('thing', 'a.b', 'insert', condition => 'true) or (')`, 'OB001', 'argument "condition" cannot be evaluated'],
  [
    `watch('thing', 'a.b', 'insert', condition => 'true; drop table thing')`,
    'OB001',
    'argument "condition" cannot be evaluated',
  ],
  [
    `watch('thing', 'a.b', 'insert', condition => 'no_such_function(new.n)')`,
    'OB001',
    'argument "condition" cannot be evaluated',
  ],
  [`watch('thing', 'a.b', 'insert', condition => '$1 = 1')`, 'OB001', 'argument "condition" cannot be evaluated'],
  [
    `watch('thing', 'a.b', 'insert', enrich => 'select 1 from nowhere')`,
    'OB001',
    'argument "enrich" cannot be evaluated',
  ],
  [`watch('thing', 'a.b', 'insert', enrich => 'row(1, 2)')`, 'OB001', 'argument "enrich" cannot be evaluated'],
  [`watch_tickets('thing', 'state')`, 'OB001', 'argument "status_column" names the column state'],
  [`watch_tickets('thing', ignore_columns => '{x}')`, 'OB001', 'argument "ignore_columns" names the column x'],
  [`watch_tickets(null)`, 'OB002', 'argument "relation" is null'],
  [`watch_workflows('thing', started => '{}')`, 'OB001', 'argument "started" is empty'],
  [`watch_workflows('thing', completed => '{a,null}')`, 'OB001', 'argument "completed" is empty or holds a null'],
  [`watch_workflows('a_view')`, 'OB001', 'argument "relation" is public.a_view'],
  [`watch_workflow_steps('thing', null)`, 'OB001', 'argument "status_column" names the column null'],
  [`watch_test_runs('thing', completed => null)`, 'OB001', 'argument "completed" is empty'],
  [`unwatch(null)`, 'OB002', 'arguments "relation" and "event_type" are null and null'],
  [`unwatch('thing')`, 'OB002', 'arguments "relation" and "event_type" are public.thing and null'],
  [`unwatch('thing', 'a.b')`, 'OB002', `are public.thing and 'a.b'`],
]

describe('a call that cannot be carried out', () => {
  test('is refused with a code, the name of the argument and a hint, and changes nothing', async ({ db }) => {
    await db.query(`${table}; create view a_view as table thing; create materialized view a_matview as table thing;
      create table part (id integer) partition by range (id); create table part_1 partition of part default;
      create temporary table a_temp (id integer)`)
    for (const [call, code, message] of refused) {
      const { hint, ...rest } = await refusal(db.query(`select outbox.${call}`))
      expect(rest, call).toEqual({ code, message: expect.stringContaining(message) })
      expect(hint, call).toMatch(/\S.*\.$/)
    }
    const { rows } = await db.query(`select from outbox.watches`)
    expect(rows).toEqual([])
  })

  test('is refused with OB004 for the table of somebody else', async ({ db, database }) => {
    const role = `app_${database.name}`
    await db.query(`${table}; create role ${role}; grant usage on schema outbox to ${role};
      grant all on all tables in schema outbox to ${role}; grant execute on all functions in schema outbox to ${role}`)
    try {
      await db.query(`set role ${role}`)
      expect(await refusal(db.query(`select outbox.watch('thing', 'a.b', 'insert')`))).toMatchObject({
        code: 'OB004',
        hint: expect.stringContaining('owner'),
      })
    } finally {
      await db.query(`reset role; drop owned by ${role}; drop role ${role}`)
    }
  })

  test('refuses to read a column that has no value in a trigger', async ({ db, skip }) => {
    const { rows } = await db.query(`select current_setting('server_version_num')::integer >= 180000 as has_them`)
    if (!rows[0].has_them) skip()
    await db.query(`create table thing (id integer, n integer generated always as (id * 2) virtual, m integer)`)
    expect(
      await refusal(db.query(`select outbox.watch('thing', 'a.b', 'insert', condition => 'new.n > 1')`)),
    ).toMatchObject({
      code: 'OB001',
      message: 'argument "condition" reads the column n, which is computed only when it is selected',
    })
    await db.query(`select outbox.watch('thing', 'a.b', 'insert', condition => 'new.m > 1')`)
  })
})

describe('outbox.watch', () => {
  test('evaluates nothing when it checks an expression', async ({ db }) => {
    await db.query(`${table}; create table trace (n integer);
      create function traced(public.thing) returns boolean language sql security definer as 'insert into public.trace values (1) returning true'`)
    await db.query(
      `select outbox.watch('thing', 'a.b', 'insert', condition => 'public.traced(new)', enrich => 'to_json(public.traced(new))')`,
    )
    expect((await db.query('select from trace')).rowCount).toBe(0)
    await db.query('insert into thing values (1)')
    expect((await events(db))[0]?.data).toMatchObject({ record: { id: 1 }, enriched: true })
  })

  test('a second time replaces the rule of the same table, type and operation', async ({ db }) => {
    await db.query(table)
    await db.query(`select outbox.watch('thing', 'a.b', 'insert', condition => 'new.n > 10', tenant_column => 'name')`)
    await db.query(`select outbox.watch('thing', 'a.b', 'insert', condition => 'new.n < 10')`)
    await db.query(`insert into thing values (1, 'x', null, 11), (2, 'x', null, 9)`)
    expect((await events(db)).map((event) => [event.key, event.tenant])).toEqual([['2', null]])
  })

  test('enters the type into the catalog, and leaves what is there', async ({ db }) => {
    await db.query(`${table}; insert into outbox.event_types (type, description) values ('a.c', 'mine')`)
    await db.query(`select outbox.watch('thing', 'a.b', 'insert'), outbox.watch('thing', 'a.c', 'delete')`)
    const { rows } = await db.query(
      `select type, source, description from outbox.event_types where type like 'a.%' order by type`,
    )
    expect(rows).toEqual([
      { type: 'a.b', source: 'watch', description: 'Insert of public.thing.' },
      { type: 'a.c', source: 'custom', description: 'mine' },
    ])
  })

  test('gives up soon on a busy table, having changed nothing', async ({ db, connect }) => {
    await db.query(table)
    const busy = await connect()
    await busy.query('begin; insert into thing values (1)')
    await db.query(`set statement_timeout = '10s'`)
    expect(await refusal(db.query(`select outbox.watch('thing', 'a.b', 'insert')`))).toMatchObject({
      code: 'OB003',
      message: expect.stringContaining('argument "relation" is public.thing'),
      hint: expect.stringContaining('Nothing was changed.'),
    })
    const { rows } = await db.query(`
      select (select count(*) from outbox.watches)::integer as rules, (select count(*) from pg_trigger where tgname like 'outbox%')::integer as triggers,
             (select count(*) from pg_proc where proname like 'capture\\_public%')::integer as functions`)
    expect(rows).toEqual([{ rules: 0, triggers: 0, functions: 0 }])
    await busy.query('commit')
    await db.query(`select outbox.watch('thing', 'a.b', 'insert')`)
  })

  test('takes no lock on a table that is watched already, nor does outbox.unwatch', async ({ db, connect }) => {
    await db.query(`${table}; select outbox.watch('thing', 'a.b', 'insert')`)
    const busy = await connect()
    await busy.query('begin; insert into thing values (1); lock table thing in share row exclusive mode')
    await db.query(`set statement_timeout = '5s'; set lock_timeout = '1ms'`)
    await db.query(`select outbox.watch('thing', 'a.c', 'insert')`)
    await db.query(`select outbox.watch('thing', 'a.d', 'insert', condition => 'new.n > 0')`)
    await db.query(`select outbox.unwatch('thing', 'a.b')`)
    await db.query(`update outbox.settings set max_payload_bytes = 2048`)
    await busy.query('insert into thing values (2); commit')
    expect(await types(db)).toEqual(['a.b', 'a.c'])
  })

  test('keeps the rules that another session adds at the same time', async ({ db, connect }) => {
    await db.query(`${table}; select outbox.watch('thing', 'a.b', 'insert')`)
    const other = await connect()
    await other.query(`begin; select outbox.watch('thing', 'a.c', 'insert')`)
    const waiting = db.query(`select outbox.watch('thing', 'a.d', 'insert')`)
    await other.query('commit')
    await waiting
    await db.query('insert into thing values (1)')
    expect(await types(db)).toEqual(['a.b', 'a.c', 'a.d'])
  })
})

describe('outbox.unwatch', () => {
  test('removes one type or all, and the table is as it was', async ({ db }) => {
    await db.query(`${table}; select outbox.watch_tickets('thing')`)
    const { rows } = await db.query(`select outbox.unwatch('thing', 'ticket.updated') as removed`)
    expect(rows).toEqual([{ removed: 1 }])
    await db.query(`insert into thing values (1); update thing set status = 'x', name = 'y'`)
    expect(await types(db)).toEqual(['ticket.created', 'ticket.status_changed'])
    await db.query(`select outbox.unwatch('thing')`)
    await db.query(`update thing set status = 'z'; delete from thing; truncate thing`)
    expect(await types(db)).toHaveLength(2)
  })
})
