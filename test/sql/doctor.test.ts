/** Each thing is really broken, found, mended by the statement that the finding carries, and found no more. */
import { carryOut, doctor, findings } from '../support/doctor.ts'
import { ask, describe, expect, only, test } from '../support/world.ts'

interface Case {
  what: string
  breaks: string
  severity: string
  subject: string
  finding: string
  /** The statement, where it is short enough to be a promise. */
  mend?: string
}

const thing = `create table thing (id integer primary key, name text, note text);
  select outbox.watch('thing', 'thing.made', 'insert'); select outbox.watch('thing', 'thing.changed', 'update');`
const parts = `create table thing (id integer primary key) partition by range (id);
  create table thing_1 partition of thing for values from (1) to (10);
  select outbox.watch('thing', 'thing.made', 'insert');`

const cases: Case[] = [
  {
    what: 'a missing trigger',
    breaks: `${thing} drop trigger outbox_capture on thing`,
    severity: 'error',
    subject: 'table public.thing',
    finding: 'The trigger outbox_capture is missing: changes make no events.',
    mend: `select outbox.install_triggers('public.thing', outbox.compile_capture('public.thing'))`,
  },
  {
    what: 'a missing trigger of truncate that no watch needs',
    breaks: `${thing} drop trigger outbox_capture_truncate on thing`,
    severity: 'warning',
    subject: 'table public.thing',
    finding: 'The trigger outbox_capture_truncate is missing: no watch needs it now.',
  },
  {
    what: 'two missing triggers',
    breaks: `${thing} drop trigger outbox_capture on thing; drop trigger outbox_capture_truncate on thing`,
    severity: 'error',
    subject: 'table public.thing',
    finding: 'The trigger outbox_capture is missing',
  },
  {
    what: 'a disabled trigger',
    breaks: `${thing} alter table thing disable trigger outbox_capture`,
    severity: 'error',
    subject: 'table public.thing',
    finding: 'The trigger outbox_capture is disabled: changes make no events.',
    mend: 'alter table public.thing enable trigger outbox_capture',
  },
  {
    what: 'a disabled trigger of truncate, with a watch that needs it',
    breaks: `${thing} select outbox.watch('thing', 'thing.emptied', 'truncate'); alter table thing disable trigger all`,
    severity: 'error',
    subject: 'table public.thing',
    finding: 'The trigger outbox_capture_truncate is disabled: changes make no events.',
  },
  {
    what: 'a trigger for replicas only',
    breaks: `${thing} alter table thing enable replica trigger outbox_capture`,
    severity: 'error',
    subject: 'table public.thing',
    finding: 'The trigger outbox_capture is enabled for replicas only: changes make no events.',
  },
  {
    what: 'a trigger that is disabled in one partition',
    breaks: `${parts} alter table thing_1 disable trigger outbox_capture`,
    severity: 'error',
    subject: 'table public.thing_1',
    finding: 'The trigger outbox_capture is disabled: changes make no events.',
  },
  {
    what: 'a dropped table',
    breaks: `${thing} drop table thing`,
    severity: 'warning',
    subject: 'watches of table number',
    finding: 'thing.made (insert), thing.changed (update) can make no events any more.',
  },
  {
    what: 'a dropped column that was kept out',
    breaks: `create table thing (id integer primary key, name text, note text);
      select outbox.watch('thing', 'thing.made', 'insert', condition => 'new.id > 0', except_columns => '{name,note}');
      alter table thing drop note`,
    severity: 'error',
    subject: 'watch thing.made (insert of public.thing)',
    finding: 'except_columns names note, which the table no longer has: its events go without their rows.',
    mend: `select outbox.watch('public.thing', 'thing.made', 'insert', condition => 'new.id > 0', except_columns => '{name}')`,
  },
  {
    what: 'dropped columns that only were sent or ignored',
    breaks: `create table thing (id integer primary key, name text, note text, seen integer);
      select outbox.watch('thing', 'thing.changed', 'update', columns => '{name,note}', ignore_columns => '{seen}');
      alter table thing drop note, drop seen`,
    severity: 'warning',
    subject: 'watch thing.changed (update of public.thing)',
    finding: 'columns names note and ignore_columns names seen, which the table no longer has',
    mend: `select outbox.watch('public.thing', 'thing.changed', 'update', columns => '{name}')`,
  },
  {
    what: 'a dropped column that was the only one sent',
    breaks: `create table thing (id integer primary key, note text);
      select outbox.watch('thing', 'thing.made', 'insert', columns => '{note}'); alter table thing drop note`,
    severity: 'warning',
    subject: 'watch thing.made',
    finding: 'columns names note',
    mend: `select outbox.unwatch('public.thing', 'thing.made')`,
  },
  {
    what: 'dropped columns of key and tenant',
    breaks: `create table thing (id integer primary key, code text, owner text);
      select outbox.watch('thing', 'thing.made', 'insert', key_columns => '{code}', tenant_column => 'owner');
      alter table thing drop code, drop owner`,
    severity: 'error',
    subject: 'watch thing.made',
    finding: 'key_columns names code and tenant_column names owner',
    mend: `select outbox.watch('public.thing', 'thing.made', 'insert')`,
  },
  {
    what: 'a column that looks secret',
    breaks: `create table account (id integer primary key, email text, password_hash text, "apiKey" text, note text);
      select outbox.watch('account', 'account.changed', 'update', condition => $$new.email <> 'a''b'$$, except_columns => '{note}',
        ignore_columns => '{note}', coalesce_for => '5 s')`,
    severity: 'warning',
    subject: 'watch account.changed (update of public.account)',
    finding: 'It sends what looks secret: password_hash, apiKey.',
    mend: `select outbox.watch('public.account', 'account.changed', 'update', condition => 'new.email <> ''a''''b''', except_columns => '{note,password_hash,apiKey}', ignore_columns => '{note}', coalesce_for => '00:00:05')`,
  },
  {
    what: 'a column that looks secret and is named to be sent',
    breaks: `create table account (id integer primary key, token text);
      select outbox.watch('account', 'account.made', 'insert', columns => '{id,token}', key_columns => '{token}')`,
    severity: 'info',
    subject: 'watch account.made',
    finding: 'It sends what looks secret: token.',
    mend: `select outbox.watch('public.account', 'account.made', 'insert', columns => '{id}')`,
  },
  {
    what: 'a secret that is all that is sent',
    breaks: `create table account (id integer primary key, token text);
      select outbox.watch('account', 'account.made', 'insert', columns => '{token}')`,
    severity: 'info',
    subject: 'watch account.made',
    finding: 'It sends what looks secret: token.',
    mend: `select outbox.unwatch('public.account', 'account.made')`,
  },
  {
    what: 'a capture function that is out of date',
    breaks: `${thing} alter table thing add late text`,
    severity: 'warning',
    subject: 'function outbox.capture_public_thing',
    finding: 'It is out of date: the table public.thing, its watches or the settings have changed',
    mend: 'select outbox.recompile_captures()',
  },
  {
    what: 'a table open to everybody',
    breaks: 'grant select on outbox.webhook_deliveries to public',
    severity: 'warning',
    subject: 'table outbox.webhook_deliveries',
    finding: 'Everybody (PUBLIC) has select.',
    mend: 'revoke all on table outbox.webhook_deliveries from public',
  },
  {
    what: 'a column of a secret open to everybody',
    breaks: 'grant select (secret) on outbox.webhook_secrets to public',
    severity: 'error',
    subject: 'table outbox.webhook_secrets',
    finding: 'Everybody (PUBLIC) has select.',
  },
  {
    what: 'a table that everybody may change',
    breaks: 'grant all on outbox.webhooks to public',
    severity: 'error',
    subject: 'table outbox.webhooks',
    finding: 'Everybody (PUBLIC) has delete, insert,',
  },
  {
    what: 'functions open to everybody',
    breaks: 'grant usage on schema outbox to public; grant execute on all functions in schema outbox to public',
    severity: 'warning',
    subject: 'functions of the schema outbox',
    finding: 'Everybody (PUBLIC) has execute on',
  },
  {
    what: 'a sequence open to everybody',
    breaks: 'grant usage on sequence outbox.delivery_ordinals to public',
    severity: 'warning',
    subject: 'sequence outbox.delivery_ordinals',
    finding: 'Everybody (PUBLIC) has usage.',
  },
  {
    what: 'rights that a relay lacks',
    breaks: `revoke execute on function outbox.next_batch from outbox_relay; revoke insert on outbox.settled_deliveries from outbox_relay;
      revoke usage on sequence outbox.delivery_ordinals from outbox_relay; revoke usage on schema outbox from outbox_relay`,
    severity: '',
    subject: 'role outbox_relay',
    finding: `It lacks rights that it needs: execute on function outbox.next_batch(integer), usage on schema outbox, usage on sequence outbox.delivery_ordinals, insert on table outbox.settled_deliveries.`,
  },
  {
    what: 'a webhook that was disabled with a reason',
    breaks: `insert into outbox.webhooks (url, enabled, disabled_reason) values ('https://example.com/secret-path', false, 'It answered 410.')`,
    severity: 'warning',
    subject: '(https://example.com)',
    finding: 'It was disabled: It answered 410.',
  },
  {
    what: 'a webhook that is paused',
    breaks: `insert into outbox.webhooks (url) values ('https://example.com'); select outbox.pause(id) from outbox.webhooks`,
    severity: 'info',
    subject: '(https://example.com)',
    finding: 'It is paused: its deliveries are held.',
  },
  {
    what: 'that everything is paused',
    breaks: 'select outbox.pause()',
    severity: 'warning',
    subject: 'everything',
    finding: 'All sending is paused: events are captured and wait.',
    mend: 'select outbox.resume()',
  },
  {
    what: 'a copy',
    breaks: 'update outbox.event_cursor set database_oid = 1',
    severity: 'error',
    subject: 'database ',
    finding: 'This database is a copy',
    mend: `select * from outbox.adopt('hold')`,
  },
  {
    what: 'a relay that is gone',
    breaks: `select outbox.register_relay('there', '1', '1 h')`,
    severity: 'warning',
    subject: 'relay 1 (there)',
    finding: 'It is gone: its session has ended.',
  },
  {
    what: 'a batch of a relay that nobody knows',
    breaks: `select outbox.emit('a.b', '{}'); select outbox.cut_batches(99); update outbox.batches set created_at = now() - interval '6 min'`,
    severity: 'warning',
    subject: 'batch 1',
    finding: 'It is leased to relay 99, which is not registered, so nobody works on it.',
  },
  {
    what: 'a burst that nobody closes',
    breaks: `create table thing (id integer primary key, name text);
      select outbox.watch('thing', 'thing.changed', 'update', coalesce_for => '1 s'); insert into thing values (1); update thing set name = 'a';
      update outbox.coalescing_changes set occurred_at = now() - interval '2 min'`,
    severity: 'warning',
    subject: 'event thing.changed of public.thing',
    finding: 'Bursts of changes that should be events by now are not closed',
    mend: 'select outbox.close_bursts()',
  },
  {
    what: 'rows in a default partition',
    breaks: `insert into outbox.events (id, type, data)
      select overlay(outbox.uuidv7()::text placing left(outbox.uuid_at('2027-02-27T12:00:00Z')::text, 13) from 1)::uuid, 'a.b', '{}'`,
    severity: 'warning',
    subject: 'table outbox.events_default',
    finding: 'It holds rows',
    mend: 'select outbox.make_partitions()',
  },
  {
    what: 'a day without a partition',
    breaks: `do $$begin execute to_char((now() at time zone 'UTC')::date + 1, '"drop table outbox.settled_deliveries_"YYYYMMDD'); end$$`,
    severity: 'warning',
    subject: 'table outbox.settled_deliveries',
    finding: 'which is tomorrow: rows of that day go to its default partition.',
    mend: 'select outbox.make_partitions()',
  },
  {
    what: 'a role of the database that writes as a replica',
    breaks: `do $$begin execute format('alter database %I set session_replication_role = replica', current_database()); end$$`,
    severity: 'warning',
    subject: 'database ',
    finding: 'session_replication_role is replica. Changes made in its sessions make no events',
  },
  {
    what: 'a database in which relays cannot write',
    breaks: `do $$begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end$$`,
    severity: 'error',
    subject: 'database ',
    finding: 'It has default_transaction_read_only = on: its relays can write nothing, so they send nothing.',
  },
]

describe('outbox.doctor', () => {
  test.for(cases)('finds $what, and its statement mends it', async (given, { db }) => {
    // What the session is told to do by `alter database` does not reach a session that is open.
    expect(await findings(db, given.subject, given.finding)).toEqual([])
    await db.query(given.breaks)
    const found = only(await findings(db, given.subject, given.finding))
    if (given.severity !== '') expect(found.severity).toBe(given.severity)
    if (given.mend !== undefined) expect(found.mend).toBe(given.mend)
    await carryOut(db, found.mend)
    expect(await findings(db, given.subject, given.finding)).toEqual([])
    // Nothing else is broken by it.
    expect((await doctor(db)).filter(({ subject }) => subject.startsWith('check '))).toEqual([])
  })

  test('captures again after the mending of triggers', async ({ db }) => {
    await db.query(`${thing} drop trigger outbox_capture on thing; insert into thing values (1)`)
    await carryOut(db, only(await findings(db, 'table public.thing')).mend)
    await db.query('insert into thing values (2)')
    expect(await ask(db, `select array_agg(key) from outbox.events`)).toEqual(['2'])
    expect(await ask(db, `select count(distinct tgfoid)::int from pg_trigger where tgrelid = 'thing'::regclass`)).toBe(
      1,
    )
  })

  test('gives no statement that would send a column that was kept out and has been renamed', async ({ db }) => {
    await db.query(`create table account (id integer primary key, pin text);
      select outbox.watch('account', 'account.made', 'insert', except_columns => '{pin}'); alter table account rename pin to code`)
    const { severity, mend } = only(await findings(db, 'watch account.made', 'except_columns names pin'))
    expect(severity).toBe('error')
    expect(mend).toMatch(/^It was renamed, for this table never lost a column\./)
    await db.query(`select outbox.watch('account', 'account.made', 'insert', except_columns => '{code}')`)
    expect(await findings(db, 'watch account.made')).toEqual([])
  })

  test('finds what could not be captured in the last day', async ({ db }) => {
    await db.query(`create table thing (id integer primary key, n integer);
      select outbox.watch('thing', 'thing.made', 'insert', condition => '1 / new.n > 0'); insert into outbox.capture_failures (relation, event_type, failed, sqlstate, message, failed_at)
      values ('public.thing', 'thing.made', 'payload', 'XX000', E'long\\nago', now() - interval '25 h')`)
    for (const id of [1, 2]) await db.query('insert into thing values ($1, 0)', [id])
    const found = only(await findings(db, 'watch thing.made of public.thing'))
    expect(found.severity).toBe('error')
    expect(found.finding).toContain(
      'In the last day its condition failed in 2 transactions: no event was made. The last time: division by zero',
    )
    expect(found.mend).toContain(
      `select outbox.watch('public.thing', 'thing.made', 'insert', condition => '1 / new.n > 0')`,
    )
    await db.query(found.mend?.split('then: ')[1] ?? '')
    expect(await findings(db, 'watch thing.made of public.thing')).toEqual([])
  })

  test('finds objects of another owner, and gives them back', async ({ db, database }) => {
    const role = `other_${database.name}`
    await db.query(`create role ${role}`)
    try {
      await db.query(`alter table outbox.replays owner to ${role}; alter view outbox.health owner to ${role};
        alter function outbox.watch_call owner to ${role}`)
      const found = only(await findings(db, `role ${role}`, 'It owns 3 objects in the schema outbox'))
      expect(found.severity).toBe('warning')
      await carryOut(db, found.mend)
      expect(await findings(db, `role ${role}`)).toEqual([])
    } finally {
      await db.query(`drop owned by ${role}; drop role ${role}`)
    }
  })

  test('finds what hinders the login of a relay, and takes its missing rights for an error', async ({
    db,
    database,
  }) => {
    const role = `relay_${database.name}`
    await db.query(`create role ${role} login; grant outbox_relay to ${role}`)
    try {
      await db.query(`alter role ${role} set statement_timeout = '10s'; alter role ${role} set idle_session_timeout = 0;
        alter role ${role} in database "${database.name}" set session_replication_role = replica;
        revoke select on outbox.events from outbox_relay`)
      const found = await findings(db, `role ${role}`)
      expect(found.map(({ subject, finding }) => `${subject}: ${finding}`)).toEqual([
        expect.stringContaining(`role ${role} in database ${database.name}: session_replication_role is replica.`),
        expect.stringContaining(`role ${role}: It has statement_timeout = 10s: it ends the statements`),
      ])
      const rights = only(await findings(db, 'role outbox_relay', 'select on table outbox.events'))
      expect(rights.severity).toBe('error')
      for (const { mend } of [...found, rights]) await carryOut(db, mend)
      expect(await findings(db, `role ${role}`)).toEqual([])
      expect(await findings(db, 'role outbox_relay', 'It lacks')).toEqual([])
    } finally {
      await db.query(`drop owned by ${role}; drop role ${role}`)
    }
  })

  test('puts the worst first', async ({ db }) => {
    await db.query(`${thing} alter table thing disable trigger outbox_capture; select outbox.pause();
      revoke insert on outbox.events from outbox_admin`)
    const rank = (await doctor(db)).map(({ severity }) => ['error', 'warning', 'info'].indexOf(severity))
    expect(rank).toEqual(rank.toSorted((a, b) => a - b))
    expect(new Set(rank)).toEqual(new Set([0, 1, 2]))
  })

  test('says what a role may not examine, and examines the rest', async ({ db, database }) => {
    const role = `reader_${database.name}`
    await db.query(`create role ${role}; grant usage on schema outbox to ${role}; grant select on outbox.health, outbox.settings to ${role};
      grant execute on all functions in schema outbox to ${role}; select outbox.pause()`)
    try {
      await db.query(`set role ${role}`)
      const found = await doctor(db)
      await db.query('reset role')
      expect(found).toContainEqual({
        severity: 'info',
        subject: 'check doctor_secrets',
        finding: `It was left out, because ${role} may not do it: permission denied for table watches.`,
        mend: 'Ask as the owner of the schema outbox, or as a superuser.',
      })
      expect(found).toContainEqual(expect.objectContaining({ subject: 'everything', severity: 'warning' }))
    } finally {
      await db.query(`drop owned by ${role}; drop role ${role}`)
    }
  })

  test('says that a check fails, and examines the rest', async ({ db }) => {
    await db.query('alter table outbox.webhook_activity rename to elsewhere')
    expect(only(await findings(db, 'check doctor_webhooks'))).toMatchObject({
      severity: 'error',
      finding: 'It failed, so what it looks for is unknown: relation "outbox.webhook_activity" does not exist (42P01).',
    })
  })
})
