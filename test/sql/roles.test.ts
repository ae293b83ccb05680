/** Who may do what: each role tries itself on each table, view and function. */
import type { Client } from '../../sql/db.ts'
import * as queries from '../../relay/queries.ts'
import { migrate } from '../../sql/migrate.ts'
import { ask, describe, emit, expect, makeWebhook, test } from '../support/world.ts'

const roles = ['outbox_relay', 'outbox_admin', 'outbox_reader', 'outbox_emitter'] as const
type Role = (typeof roles)[number]
type Act = 'select' | 'insert' | 'update' | 'delete'

/** Beyond looking. What is not listed is refused. */
const writes: Record<Role, Partial<Record<Act, string[]>>> = {
  outbox_relay: {
    insert: [
      'batches',
      'earlier_attempts',
      'event_types',
      'pending_deliveries',
      'registered_relays',
      'settled_deliveries',
    ],
    update: ['batches', 'event_cursor', 'pending_deliveries', 'registered_relays'],
    delete: ['batches', 'pending_deliveries', 'registered_relays'],
  },
  outbox_admin: {
    insert: ['api_requests', 'event_types', 'events', 'webhooks'],
    update: ['api_requests', 'event_types', 'settings', 'webhooks'],
    delete: ['api_requests', 'capture_failures', 'event_types', 'webhooks'],
  },
  outbox_reader: {},
  outbox_emitter: {},
}

/** What not every role that looks at things may look at. */
const readers: Record<string, readonly Role[]> = {
  webhook_secrets: ['outbox_relay'],
  webhook_headers: ['outbox_relay'],
  audit_log: ['outbox_admin', 'outbox_reader'],
  api_tokens: ['outbox_admin'],
  login_links: ['outbox_admin'],
  admin_sessions: ['outbox_admin'],
  api_requests: ['outbox_admin'],
}

function mayRead(role: Role, table: string): boolean {
  return role !== 'outbox_emitter' && (readers[table]?.includes(role) ?? true)
}

/** Whether the statement is refused for want of a right, and not for anything else. */
async function isDenied(db: Client, role: string, sql: string): Promise<boolean> {
  await db.query(`begin; set local role ${role}`)
  try {
    await db.query(sql)
    return false
  } catch (error) {
    return (error as { code?: string }).code === '42501'
  } finally {
    await db.query('rollback')
  }
}

async function relations(db: Client, kinds: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select relname::text as name from pg_class
     where relnamespace = 'outbox'::regnamespace and relkind = any ($1::"char"[]) and not relispartition order by 1`,
    [kinds],
  )
  return rows.map((row) => row.name)
}

async function lastColumn(db: Client, table: string): Promise<string> {
  return ask(
    db,
    `select attname::text from pg_attribute where attrelid = ('outbox.' || $1)::regclass and attnum > 0 and not attisdropped order by attnum desc limit 1`,
    [table],
  )
}

describe('a role', () => {
  test.for(roles)('%s reads and writes the tables that are its business, and no others', async (role, { db }) => {
    for (const table of await relations(db, '{r,p}')) {
      const column = await lastColumn(db, table)
      const attempts: Record<Act, string> = {
        select: `select from outbox.${table}`,
        insert: `insert into outbox.${table} default values`,
        update: `update outbox.${table} set ${column} = ${column} where false`,
        delete: `delete from outbox.${table} where false`,
      }
      for (const act of ['select', 'insert', 'update', 'delete'] as const) {
        const may = act === 'select' ? mayRead(role, table) : (writes[role][act] ?? []).includes(table)
        const denied = await isDenied(db, role, attempts[act])
        expect(`${role} ${act} ${table}: ${denied ? 'no' : 'yes'}`).toBe(
          `${role} ${act} ${table}: ${may ? 'yes' : 'no'}`,
        )
      }
    }
  })

  test.for(['outbox_relay', 'outbox_admin', 'outbox_reader'] as const)(
    '%s looks at every view',
    async (role, { db }) => {
      await makeWebhook(db, { url: 'http://127.0.0.1:9' })
      await emit(db)
      for (const view of await relations(db, '{v}'))
        expect(`${view}: ${await isDenied(db, role, `select * from outbox.${view} limit 1`)}`).toBe(`${view}: false`)
    },
  )

  test('that relays may call every function that the relay calls', async ({ db }) => {
    const called = Object.values(queries).flatMap(({ text }) =>
      Array.from(text.matchAll(/outbox\.(\w+)\(/g), ([, name]) => name),
    )
    expect(called.length).toBeGreaterThan(20)
    const { rows } = await db.query(
      `select p.oid::regprocedure::text as name from pg_proc as p
       where p.pronamespace = 'outbox'::regnamespace and p.proname = any ($1) and not has_function_privilege('outbox_relay', p.oid, 'execute')`,
      [called],
    )
    expect(rows).toEqual([])
  })

  test('that reads may call what changes nothing, and only that', async ({ db }) => {
    const { rows } = await db.query(
      `select oid::regprocedure::text as name from pg_proc
       where pronamespace = 'outbox'::regnamespace
         and has_function_privilege('outbox_reader', oid, 'execute') <> (provolatile <> 'v')`,
    )
    expect(rows).toEqual([])
  })

  test('that emits may call outbox.emit and nothing else', async ({ db }) => {
    const { rows } = await db.query(
      `select proname::text as name from pg_proc
       where pronamespace = 'outbox'::regnamespace and has_function_privilege('outbox_emitter', oid, 'execute')`,
    )
    expect(rows).toEqual([{ name: 'emit' }])
    expect(await isDenied(db, 'outbox_emitter', `select outbox.emit('a.b', '{}')`)).toBe(false)
  })

  test('that is none of ours may do nothing', async ({ db }) => {
    await db.query('create role outbox_test_nobody')
    try {
      for (const sql of [
        'select from outbox.events',
        `select outbox.emit('a.b', '{}')`,
        `select outbox.watch('pg_class', 'a.b', 'insert')`,
      ])
        expect(await isDenied(db, 'outbox_test_nobody', sql)).toBe(true)
    } finally {
      await db.query('drop role outbox_test_nobody')
    }
  })
})

describe('an admin', () => {
  test('who owns a table watches it; somebody else’s is refused', async ({ db }) => {
    const name = `outbox_test_${Math.random().toString(36).slice(2, 10)}`
    await db.query(`create role ${name} in role outbox_admin; create schema app authorization ${name};
      create table public.other (id integer primary key)`)
    try {
      await db.query(`set role ${name}; create table app.mine (id integer primary key, status text)`)
      expect(await ask(db, `select outbox.watch_tickets('app.mine')`)).toHaveLength(3)
      expect(
        await ask(
          db,
          `select outbox.watch('app.mine', 'ticket.closed', 'update', condition => 'new.status = ''closed''')`,
        ),
      ).toBe('ticket.closed')
      await expect(db.query(`select outbox.watch('public.other', 'other.made', 'insert')`)).rejects.toMatchObject({
        code: 'OB004',
      })
      await expect(
        db.query(`select outbox.store_watch((w.*)::outbox.watches) from
          (select 1::bigint, 'public.other'::regclass, 'a.b', 'insert', null, null::text[], null::text[], null::text[], null::text[], null, null, now(), null::interval) as w`),
      ).rejects.toMatchObject({ code: 'OB004' })
      await db.query(`insert into app.mine values (1, 'open'); update app.mine set status = 'closed'`)
      expect(await ask(db, `select outbox.unwatch('app.mine', 'ticket.closed')`)).toBe(1)
      expect(await ask(db, `select array_agg(type order by occurred_at) from outbox.events`)).toEqual([
        'ticket.created',
        'ticket.updated',
        'ticket.status_changed',
        'ticket.closed',
      ])
      expect(await ask(db, `select outbox.backfill('app.mine', 'ticket.created')::int`)).toBe(1)
    } finally {
      await db.query(`reset role; drop owned by ${name} cascade; drop role ${name}`)
    }
  })

  test('registers, pauses, resumes and changes webhooks and settings, and sees no secret', async ({ db }) => {
    await db.query('set role outbox_admin')
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9', filter: '$.a == 1' })
    expect(await ask(db, 'select outbox.pause($1)', [id])).toBe(true)
    expect(await ask(db, 'select outbox.resume($1)', [id])).toBe(true)
    await db.query(`update outbox.webhooks set description = 'x'; update outbox.settings set retention = '10 days'`)
    await expect(db.query('select from outbox.webhook_secrets')).rejects.toMatchObject({ code: '42501' })
    await db.query('delete from outbox.webhooks')
  })
})

describe('the owner', () => {
  test('of everything in the schema is a role without login, which is no superuser', async ({ db }) => {
    const { rows } = await db.query(
      `select relname::text as name from pg_class where relnamespace = 'outbox'::regnamespace and relowner <> 'outbox_owner'::regrole
       union all select proname::text from pg_proc where pronamespace = 'outbox'::regnamespace and proowner <> 'outbox_owner'::regrole
       union all select nspname::text from pg_namespace where nspname = 'outbox' and nspowner <> 'outbox_owner'::regrole
       union all select rolname::text from pg_roles where rolname ~ '^outbox_(owner|relay|admin|reader|emitter)$' and (rolsuper or rolcanlogin)`,
    )
    expect(rows).toEqual([])
  })

  test('cannot read what a watch asks for: the watch is refused, and the hint says what to grant', async ({ db }) => {
    await db.query(`create table thing (id integer primary key); create table plan (id integer); create schema hidden;
      revoke pg_read_all_data from outbox_owner`)
    try {
      await expect(
        db.query(
          `select outbox.watch('thing', 'a.b', 'insert', enrich => '(select json_agg(p) from public.plan as p)')`,
        ),
      ).rejects.toMatchObject({
        code: 'OB004',
        message: 'argument "enrich" needs a right that outbox_owner does not have: permission denied for table plan',
        hint: expect.stringContaining('grant select on … to outbox_owner'),
      })
      await db.query('grant select on plan to outbox_owner')
      await db.query(
        `select outbox.watch('thing', 'a.b', 'insert', enrich => '(select json_agg(p) from public.plan as p)')`,
      )
    } finally {
      await db.query('grant pg_read_all_data to outbox_owner')
    }
  })
})

describe('migrate', () => {
  test('as a role that may make no roles leaves everything to that role, and works', async ({
    emptyDatabase,
    connect,
  }) => {
    const admin = await connect(emptyDatabase.url)
    const name = `outbox_test_${Math.random().toString(36).slice(2, 10)}`
    await admin.query(
      `create role ${name} login password 'x'; grant create on database "${emptyDatabase.name}" to ${name}`,
    )
    const url = new URL(emptyDatabase.url)
    url.username = name
    url.password = 'x'
    try {
      await migrate({ url: url.href })
      const db = await connect(url.href)
      await db.query(`create schema app; create table app.thing (id integer primary key); select outbox.watch('app.thing', 'a.b', 'insert');
        insert into app.thing values (1)`)
      expect(await ask(db, 'select count(*)::int from outbox.events')).toBe(1)
      expect(await ask(db, `select nspowner::regrole::text from pg_namespace where nspname = 'outbox'`)).toBe(name)
    } finally {
      await admin.query(`drop owned by ${name} cascade; drop role ${name}`)
    }
  })
})
