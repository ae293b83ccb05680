/** Leaving: while the application writes, beside transactions that hold its tables, and with nothing of ours left behind. */
import { withClient, type Client } from '../../sql/db.ts'
import { migrate } from '../../sql/migrate.ts'
import { runCommand } from '../support/doctor.ts'
import { ask, describe, emit, eventually, expect, makeWebhook, test } from '../support/world.ts'

const tables = `
  create table thing (id integer primary key, n integer not null default 0);
  create table "Odd ""one" (id integer primary key);
  create table part (id integer primary key, n integer not null default 0) partition by range (id);
  create table part_1 partition of part for values from (0) to (100);
  create table lone partition of part for values from (100) to (200);
  select outbox.watch_tickets('thing', status_column => 'n');
  select outbox.watch('"Odd ""one"', 'odd.made', 'insert');
  select outbox.watch('part', 'part.changed', 'update');
  alter table part detach partition lone;
  insert into thing select n from generate_series(1, 4) as n;
  insert into part select n from generate_series(1, 4) as n`

/** Our schema, what lies in it, and triggers that call it. */
const remains = `
  select 'schema ' || nspname as name from pg_namespace where nspname = 'outbox'
  union all
  select 'trigger ' || tgname from pg_trigger where tgname like 'outbox%' or tgname like 'capture%'
  union all
  select 'relation ' || c.relname from pg_class as c where c.oid >= 16384 and c.relnamespace not in ('public'::regnamespace, 'pg_toast'::regnamespace)
  union all
  select 'function ' || p.proname from pg_proc as p where p.oid >= 16384 and (p.pronamespace <> 'public'::regnamespace or p.prosrc ~ 'outbox')
  union all
  select 'type ' || t.typname from pg_type as t where t.oid >= 16384 and t.typnamespace not in ('public'::regnamespace, 'pg_toast'::regnamespace)
  union all
  select 'default rights' from pg_default_acl`

async function names(db: Client, query: string): Promise<string[]> {
  return (await db.query<{ name: string }>(query)).rows.map(({ name }) => name)
}

/** What changes when anything of the schema or its triggers does. */
const state = `
  select md5(string_agg(x.line, ',' order by x.line)) as name
  from (
    select concat(oid, relfilenode, relacl, xmin) from pg_class where relnamespace in ('outbox'::regnamespace, 'public'::regnamespace)
    union all select concat(oid, xmin) from pg_proc where pronamespace = 'outbox'::regnamespace
    union all select concat(oid, xmin) from pg_trigger) as x (line)`

interface Writers {
  statements: number
  slowest_ms: number
  failures: string[]
  stop(): Promise<void>
}

/** Sessions that change watched tables and start a transaction of two statements now and then, until stopped. */
function startWriters(url: string, count: number): Writers {
  let stopped = false
  const seen: Writers = { statements: 0, slowest_ms: 0, failures: [], stop: async () => {} }
  const write = (number: number) =>
    withClient({ url, name: 'test writer' }, async (db) => {
      while (!stopped) {
        for (const statement of [
          `update thing set n = n + 1 where id = ${number}`,
          'begin',
          `update part set n = n + 1 where id = ${number}`,
          `update thing set n = n + 1 where id = ${number}`,
          'commit',
        ]) {
          const asked_at = performance.now()
          await db.query(statement).catch((error: unknown) => seen.failures.push(String(error)))
          seen.slowest_ms = Math.max(seen.slowest_ms, performance.now() - asked_at)
          seen.statements += 1
        }
      }
    })
  const writing = Promise.all(Array.from({ length: count }, (_, index) => write(index + 1)))
  seen.stop = async () => {
    stopped = true
    await writing
  }
  return seen
}

describe('outbox.uninstall_plan', () => {
  test('removes all that is ours and nothing else, with psql alone', async ({ db }) => {
    await db.query(tables)
    await db.query(`select outbox.unwatch('"Odd ""one"')`)
    const { rows } = await db.query<{ step: number; statement: string; why: string }>(
      'select * from outbox.uninstall_plan() order by step',
    )
    expect(rows.map(({ statement }) => statement)).toEqual([
      `set lock_timeout = '100ms'`,
      `drop trigger outbox_capture on public."Odd ""one"`,
      `drop trigger outbox_capture_truncate on public."Odd ""one"`,
      'drop trigger outbox_capture on public.part',
      'drop trigger outbox_capture_truncate on public.part',
      'drop trigger outbox_capture on public.thing',
      'drop trigger outbox_capture_truncate on public.thing',
      'drop schema outbox cascade',
      'reset lock_timeout',
    ])
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(rows[7]?.why).toContain('Roles that stay, because other databases of this server may use them:')
    expect(rows[7]?.why).toContain('outbox_relay')
    for (const { statement } of rows) await db.query(statement)
    expect(await names(db, remains)).toEqual([])
    await db.query(`update thing set n = n + 1; update part set n = n + 1; insert into lone values (101)`)
    expect(await ask(db, `select count(*)::int from pg_roles where rolname = 'outbox_relay'`)).toBe(1)
  })

  test('drops many days a portion at a time', async ({ db }) => {
    await db.query(`select outbox.make_partitions(now(), 120)`)
    const { rows } = await db.query<{ statement: string }>(
      'select statement from outbox.uninstall_plan() order by step',
    )
    const portions = rows.filter(({ statement }) => statement.startsWith('drop table'))
    expect(portions).toHaveLength(4)
    for (const { statement } of rows) await db.query(statement)
    expect(await names(db, remains)).toEqual([])
  })

  test('tells what is lost, and what was built on it elsewhere', async ({ db }) => {
    await db.query(`create table thing (id integer primary key, event uuid, kind text references outbox.event_types);
      create view seen as select id from outbox.events; create view named as select outbox.uuid_at(now());
      create function tell() returns uuid language sql as $$select outbox.emit('a.b', '{}')$$`)
    await makeWebhook(db, { url: 'https://example.com' })
    const { rows } = await db.query<{ what: string; number: string; detail: string | null }>(
      'select * from outbox.uninstall_losses()',
    )
    expect(rows).toContainEqual({ what: 'webhooks', number: '1', detail: 'with their secrets' })
    expect(rows).toContainEqual({
      what: 'objects elsewhere',
      number: '4',
      detail:
        'constraint thing_kind_fkey of public.thing, function public.tell(), which will fail, view public.named, view public.seen',
    })
  })
})

describe('outbox uninstall', () => {
  test('refuses without --yes and changes nothing, as with --dry-run', async ({ db, database }) => {
    await db.query(tables)
    await makeWebhook(db, { url: 'https://example.com' })
    await emit(db)
    const before = await names(db, state)
    const refused = await runCommand(['uninstall'], { DATABASE_URL: database.url })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('add --dry-run to see what would be done, --yes to do it')
    const dry = await runCommand(['uninstall', '--dry-run', '--yes'], { DATABASE_URL: database.url })
    expect(dry.code).toBe(0)
    expect(dry.stdout).toContain('drop trigger outbox_capture on public.thing;')
    expect(dry.stdout).toContain('drop schema outbox cascade;')
    expect(dry.stdout).toMatch(/webhooks +\| 1 +\| with their secrets/)
    expect(dry.stdout).toContain('Nothing was changed.')
    const json = await runCommand(['uninstall', '--dry-run', '--json'], { DATABASE_URL: database.url })
    const told = JSON.parse(json.stdout) as { steps: unknown[]; losses: unknown[]; relays: unknown[] }
    expect(told.steps).toHaveLength(9)
    expect(told.losses).toContainEqual({ what: 'webhooks', number: '1', detail: 'with their secrets' })
    expect(told.relays).toEqual([])
    expect(await names(db, state)).toEqual(before)
    await db.query('update thing set n = n + 1')
    expect(await ask(db, `select count(*)::int from outbox.events where type = 'ticket.updated'`)).toBe(4)
  })

  test('fails none of the statements that are written meanwhile, and leaves nothing', async ({ db, database }) => {
    await db.query(tables)
    const writers = startWriters(database.url, 4)
    await eventually(
      async () => writers.statements,
      (statements) => statements > 100,
    )
    const ran = await runCommand(['uninstall', '--yes'], { DATABASE_URL: database.url })
    const statements = writers.statements
    await eventually(
      async () => writers.statements,
      (now) => now > statements + 100,
    )
    await writers.stop()
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain('The outbox is removed from this database.')
    expect(ran.stdout).toContain('Roles that stay')
    expect(writers.failures).toEqual([])
    expect(await names(db, remains)).toEqual([])
    const again = await runCommand(['uninstall', '--yes'], { DATABASE_URL: database.url })
    expect(again).toMatchObject({ code: 0, stdout: 'the outbox is not installed in this database\n' })
    // And back.
    await db.end()
    expect((await migrate({ url: database.url })).code_changed).toBe(true)
  })

  test('waits for a transaction that holds a table and lets others write past it meanwhile', async ({
    db,
    database,
    connect,
  }) => {
    await db.query(tables)
    const holder = await connect()
    await holder.query('begin; update thing set n = n + 1 where id = 4')
    const writers = startWriters(database.url, 3)
    const running = runCommand(['uninstall', '--yes'], { DATABASE_URL: database.url })
    // It has come as far as the table that is held.
    await eventually(
      () =>
        ask(
          db,
          `select count(*)::int from pg_trigger where tgname = 'outbox_capture' and tgrelid <> 'thing'::regclass`,
        ),
      (left) => left === 0,
    )
    await db.query('select pg_sleep(1.5)')
    const statements = writers.statements
    await eventually(
      async () => writers.statements,
      (now) => now > statements + 50,
    )
    expect(await ask(db, `select to_regnamespace('outbox') is not null`)).toBe(true)
    await holder.query('commit')
    expect(await running).toMatchObject({ code: 0, stderr: '' })
    await writers.stop()
    expect(writers.failures).toEqual([])
    // Queued behind a try of 0.1 s, with room for a busy machine; a waiting lock would have been the 1.5 s and more.
    expect(writers.slowest_ms).toBeLessThan(1_000)
    expect(await names(db, remains)).toEqual([])
  })

  test('stops when a table is held for too long, tells what is done, and goes on when it is run again', async ({
    db,
    database,
    connect,
  }) => {
    await db.query(tables)
    const holder = await connect()
    await holder.query('begin; lock table thing in access share mode')
    const pid = await ask<number>(holder, 'select pg_backend_pid()')
    const stopped = await runCommand(['uninstall', '--yes'], { DATABASE_URL: database.url })
    expect(stopped.code).toBe(1)
    expect(stopped.stderr).toContain(
      'stopped at step 6 of 9, drop trigger outbox_capture on public.thing: what it needs was in use all the time; steps 1 to 5 are done and stay so',
    )
    expect(stopped.stderr).toContain(
      `Run it again to go on from here. Open transactions that hold a table: process ${pid} (`,
    )
    await db.query('update thing set n = n + 1')
    expect(await ask(db, `select count(*)::int from outbox.events where type = 'ticket.updated'`)).toBe(4)
    await holder.query('rollback')
    const done = await runCommand(['uninstall', '--yes', '--json'], { DATABASE_URL: database.url })
    expect(done.code).toBe(0)
    expect((JSON.parse(done.stdout) as { done: unknown[] }).done).toHaveLength(5)
    expect(await names(db, remains)).toEqual([])
  }, 60_000)

  test('refuses while a relay runs or another one installs', async ({ db, database, connect, relay }) => {
    await db.query(tables)
    const started = await relay()
    const refused = await runCommand(['uninstall', '--yes'], { DATABASE_URL: database.url })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /outbox: relays are running: relay \d+ \(.*\)\n {2}Stop them first; nothing was changed\./,
    )
    const dry = await runCommand(['uninstall', '--dry-run'], { DATABASE_URL: database.url })
    expect(dry.stdout).toContain('Relays to stop before: relay ')
    await started.stop()
    const other = await connect()
    await other.query('select pg_advisory_lock($1, 3)', [0x6f757462])
    expect((await runCommand(['uninstall', '--yes'], { DATABASE_URL: database.url })).stderr).toContain(
      'another outbox migrate or outbox uninstall is at work',
    )
    await other.end()
    expect((await runCommand(['uninstall', '--yes'], { DATABASE_URL: database.url })).code).toBe(0)
  })

  test('says what it cannot do: a schema that is too old, and rights that are missing', async ({ db, database }) => {
    const role = `app_${database.name}`
    await db.query(tables)
    await db.query(`create role ${role} login password 'app'; grant usage on schema outbox to ${role};
      grant select on all tables in schema outbox to ${role}; grant execute on all functions in schema outbox to ${role}`)
    const url = new URL(database.url)
    url.username = role
    url.password = 'app'
    try {
      const ran = await runCommand(['uninstall', '--yes'], { DATABASE_URL: url.href })
      expect(ran.code).toBe(1)
      expect(ran.stderr).toContain(
        'stopped at step 2 of 9, drop trigger outbox_capture on public."Odd ""one": must be owner',
      )
      expect(ran.stderr).toContain('steps 1 to 1 are done')
    } finally {
      await db.query(`drop owned by ${role}; drop role ${role}`)
    }
    await db.query('drop function outbox.uninstall_plan')
    const old = await runCommand(['uninstall', '--yes'], { DATABASE_URL: database.url })
    expect(old).toMatchObject({ code: 1 })
    expect(old.stderr).toContain('the schema outbox is too old to tell how it is removed\n  Run outbox migrate first.')
  })
})
