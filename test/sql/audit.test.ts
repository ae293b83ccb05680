/** Who changed what, when and from where: a row for every change, whichever door it came in by. */
import { createPool } from '../../admin/pool.ts'
import { connect as openNamed, type Client } from '../../sql/db.ts'
import { ask, describe, emit, eventually, expect, makeWebhook, test } from '../support/world.ts'

interface Row {
  actor: string
  door: string
  address: string | null
  db_role: string
  action: string
  object_id: string | null
  before: unknown
  after: unknown
}

async function log(db: Client): Promise<Row[]> {
  const { rows } = await db.query<Row>(
    'select actor, door, address, db_role, action, object_id, before, after from outbox.audit_log order by id',
  )
  return rows
}

/** What was done, with before and after. */
async function changes(db: Client): Promise<unknown[]> {
  return (await log(db)).map(({ action, object_id, before, after }) => [action, object_id, before, after])
}

async function forget(db: Client): Promise<void> {
  await db.query('truncate outbox.audit_log')
}

const EVENT_TYPE = `insert into outbox.event_types (type, description) values ('invoice.paid', 'An invoice was paid.')`

describe('a change of a webhook', () => {
  test('is told with the values that changed', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9/a', filter: '$.a == 1' })
    await db.query(`update outbox.webhooks set description = 'for ada', filter = null, max_in_flight = 10`)
    await db.query(`delete from outbox.webhooks`)
    const created = {
      url: 'http://127.0.0.1:9/a',
      events: ['*'],
      enabled: true,
      filter: '($."a" == 1)',
      format: 'standard',
      ordered: false,
      max_in_flight: 10,
      hub_signature: false,
    }
    const { filter, ...rest } = created
    expect(await changes(db)).toEqual([
      ['webhook.created', id, null, created],
      ['webhook.updated', id, { description: null, filter }, { description: 'for ada', filter: null }],
      ['webhook.deleted', id, { ...rest, description: 'for ada' }, null],
    ])
  })

  test('that disables, enables, pauses or resumes is an action of its own', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await forget(db)
    await db.query(`update outbox.webhooks set enabled = false, url = 'http://127.0.0.1:8'`)
    await db.query('update outbox.webhooks set enabled = true')
    await db.query('select outbox.pause($1), outbox.resume($1)', [id])
    const paused_at = expect.stringMatching(/^\d{4}-/)
    expect(await changes(db)).toEqual([
      ['webhook.disabled', id, { enabled: true }, { enabled: false }],
      ['webhook.updated', id, { url: 'http://127.0.0.1:9' }, { url: 'http://127.0.0.1:8' }],
      ['webhook.enabled', id, { enabled: false }, { enabled: true }],
      ['webhook.paused', id, { paused_at: null }, { paused_at }],
      ['webhook.resumed', id, { paused_at }, { paused_at: null }],
    ])
  })

  test('that changes nothing is not told', async ({ db }) => {
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await forget(db)
    await db.query('update outbox.webhooks set url = url')
    expect(await log(db)).toEqual([])
  })

  test('that is rolled back is not told', async ({ db }) => {
    await db.query('begin')
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('rollback')
    expect(await log(db)).toEqual([])
  })
})

describe('a change of other things', () => {
  test('is told: settings', async ({ db }) => {
    await db.query(`update outbox.settings set retention = '40 days'; select outbox.pause()`)
    expect(await changes(db)).toEqual([
      ['settings.updated', null, { retention: '30 days' }, { retention: '40 days' }],
      ['settings.paused', null, { paused_at: null }, { paused_at: expect.any(String) }],
    ])
  })

  test('is told: watches, with the table and the type, and without the event type that comes along', async ({ db }) => {
    await db.query(`create table thing (id integer primary key, n integer);
      select outbox.watch('thing', 'thing.made', 'insert');
      select outbox.watch('thing', 'thing.made', 'insert');
      select outbox.watch('thing', 'thing.made', 'insert', condition => 'new.n > 1');
      select outbox.unwatch('thing')`)
    const rule = { event_type: 'thing.made', operation: 'insert' }
    const condition = 'new.n > 1'
    expect(await changes(db)).toEqual([
      ['watch.created', 'public.thing', null, rule],
      ['watch.updated', 'public.thing', { ...rule, condition: null }, { ...rule, condition }],
      ['watch.deleted', 'public.thing', { ...rule, condition }, null],
    ])
  })

  test('is told: event types', async ({ db }) => {
    await db.query(`${EVENT_TYPE};
      update outbox.event_types set example = '{"number": 17}' where type = 'invoice.paid';
      delete from outbox.event_types where type = 'invoice.paid'`)
    const created = { source: 'custom', description: 'An invoice was paid.' }
    expect(await changes(db)).toEqual([
      ['event_type.created', 'invoice.paid', null, created],
      ['event_type.updated', 'invoice.paid', { example: null }, { example: { number: 17 } }],
      ['event_type.deleted', 'invoice.paid', { ...created, example: { number: 17 } }, null],
    ])
  })

  test('is told where json holds what jsonb cannot', async ({ db }) => {
    await db.query(`insert into outbox.event_types (type, example) values ('a.b', '{"a": "\\u0000"}')`)
    expect(await log(db)).toMatchObject([
      { action: 'event_type.created', after: { row: expect.stringContaining('\\u0000') } },
    ])
  })

  test('is told: tokens, and neither a token nor its hash', async ({ db }) => {
    const token = await ask<string>(db, `select outbox.create_token('ci', 'write')`)
    const id = await ask<string>(db, 'select id from outbox.api_tokens')
    await db.query(`select outbox.authenticate_token(token_hash) from outbox.api_tokens`)
    await db.query('select outbox.revoke_token($1)', [id])
    const code = await ask<string>(db, 'select outbox.create_login_link()')
    expect(await changes(db)).toEqual([
      ['token.created', id, null, { name: 'ci', scope: 'write', beginning: token.slice(0, 8) }],
      ['token.revoked', id, { name: 'ci', revoked_at: null }, { name: 'ci', revoked_at: expect.any(String) }],
      ['login_link.created', null, null, { expires_at: expect.any(String) }],
    ])
    const text = JSON.stringify(await log(db))
    const hash = await ask<string>(db, `select encode(token_hash, 'hex') from outbox.api_tokens`)
    for (const secret of [token.slice(0, 9), hash, code]) expect(text).not.toContain(secret)
  })
})

describe('an act', () => {
  test('is told: test, resend, replay', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const event = await emit(db, 'ticket.created')
    const delivery = await ask<string>(
      db,
      `insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms)
       values (outbox.delivery_id($1, $2), $2, $1, 'ticket.created', 'dead', 1, now(), now(), 1) returning id`,
      [event, id],
    )
    await forget(db)
    const tested = await ask<string>(db, `select event_id from outbox.send_test($1, 'ticket.created')`, [id])
    await db.query('select outbox.resend($1)', [delivery])
    const replay = await ask<string>(db, `select replay_id from outbox.replay($1, now() - interval '1 h')`, [id])
    await db.query(`update outbox.replays set position = gen_random_uuid(), advanced_at = now()`)
    await db.query('select outbox.cancel_replay($1)', [replay])
    expect(await changes(db)).toEqual([
      ['webhook.tested', id, null, { event_id: tested, event_type: 'ticket.created' }],
      ['delivery.resent', delivery, null, { webhook_id: id }],
      ['replay.requested', id, null, expect.objectContaining({ id: Number(replay), which: 'all', rate_limit: 100 })],
      ['replay.cancelled', id, { id: 1, cancelled_at: null }, { id: 1, cancelled_at: expect.any(String) }],
    ])
  })

  test('is told: backfill, adoption', async ({ db }) => {
    await db.query(`create table thing (id integer primary key); insert into thing values (1), (2);
      select outbox.watch('thing', 'thing.made', 'insert')`)
    await forget(db)
    await db.query(`select outbox.backfill('thing', 'thing.made', 'new.id = 1'); select outbox.adopt('deliver')`)
    expect(await changes(db)).toEqual([
      ['watch.backfilled', 'public.thing', null, { event_type: 'thing.made', condition: 'new.id = 1', events: 1 }],
      [
        'database.adopted',
        null,
        null,
        { what_is_pending: 'deliver', pending_deliveries: 0, unread_events: expect.any(Number) },
      ],
    ])
  })
})

describe('by whom and from where', () => {
  test('is the database role and its address, for whoever comes by SQL', async ({ db }) => {
    await db.query(`set application_name = 'psql'; ${EVENT_TYPE}`)
    const role = await ask(db, 'select session_user::text')
    const address = await ask(db, 'select host(inet_client_addr())')
    expect(await log(db)).toMatchObject([{ actor: role, door: 'sql', address, db_role: role }])
  })

  test('is who is logged in, for pages and API', async ({ db, database }) => {
    const pool = createPool({ url: database.url })
    for (const [door, address] of [
      ['page', '10.0.0.5'],
      ['api', null],
    ] as const)
      await pool.change({ name: 'ada', scope: 'admin', door, address }, (query) =>
        query(`update outbox.settings set max_cause_depth = max_cause_depth + 1`),
      )
    await pool.close()
    const db_role = await ask(db, 'select session_user::text')
    expect(await log(db)).toMatchObject([
      { actor: 'ada', door: 'page', address: '10.0.0.5', db_role },
      { actor: 'ada', door: 'api', address: null, db_role },
    ])
  })

  test.for([
    ['relay record', 'relay'],
    ['sql', 'command'],
  ])('tells the program outbox %s by its name: %s', async ([name, door], { db, database }) => {
    const client = await openNamed({ url: database.url, name: name ?? '' })
    await client.query(EVENT_TYPE)
    await client.end()
    expect(await log(db)).toMatchObject([{ door }])
  })

  test('can be forged, but not the database role', async ({ db }) => {
    await db.query(`begin; set local role outbox_admin;
      set local outbox.actor = 'somebody else'; set local outbox.door = 'page'; set local outbox.address = '192.0.2.1';
      ${EVENT_TYPE}; commit`)
    expect(await log(db)).toMatchObject([
      { actor: 'somebody else', door: 'page', db_role: await ask(db, 'select session_user::text') },
    ])
    await db.query(`set outbox.door = 'window'; delete from outbox.event_types where type = 'invoice.paid'`)
    expect((await log(db)).at(-1)).toMatchObject({ door: 'command' })
  })
})

describe('relays', () => {
  test('write no row for the types that they meet', async ({ db, relay }) => {
    await relay()
    await emit(db, 'thing.seen')
    await eventually(
      () => ask<number>(db, `select count(*)::int from outbox.event_types where type = 'thing.seen'`),
      (seen) => seen === 1,
    )
    expect(await log(db)).toEqual([])
  })

  test('write one when they disable a webhook that is gone', async ({ db, relay, receive }) => {
    const { url } = await receive(() => ({ status: 410 }))
    const id = await makeWebhook(db, { url })
    await forget(db)
    await relay()
    await emit(db)
    const [row, ...more] = await eventually(
      () => log(db),
      (seen) => seen.length > 0,
    )
    expect(more).toEqual([])
    expect(row).toMatchObject({ door: 'relay', action: 'webhook.disabled', object_id: id, before: { enabled: true } })
    expect(row?.after).toMatchObject({ enabled: false, disabled_reason: expect.any(String) })
  })

  test('disable a webhook even when the log cannot be written; people are refused', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('alter table outbox.audit_log add constraint full_up check (false) not valid')
    await expect(db.query(`update outbox.webhooks set description = 'x'`)).rejects.toMatchObject({ code: '23514' })
    await db.query(`set application_name = 'outbox relay record'`)
    expect(await ask(db, `select outbox.disable_webhook($1, 'gone')`, [id])).toBe(true)
  })
})

describe('the log', () => {
  test('is not flooded by migrations; who only takes their name is written down', async ({ db, database }) => {
    const migrating = await openNamed({ url: database.url, name: 'migrate' })
    await migrating.query(`update outbox.event_types set description = 'as of today'`)
    await migrating.end()
    expect(await log(db)).toEqual([])
    const name = `outbox_test_${Math.random().toString(36).slice(2, 10)}`
    await db.query(`create role ${name} login in role outbox_admin`)
    try {
      await db.query(`set session authorization ${name}; set application_name = 'outbox migrate'; ${EVENT_TYPE}`)
      await db.query('reset session authorization')
      expect(await log(db)).toMatchObject([{ actor: name, action: 'event_type.created', db_role: name }])
    } finally {
      await db.query(`drop role ${name}`)
    }
  })

  test('can be changed by nobody but the owner', async ({ db }) => {
    await db.query(EVENT_TYPE)
    for (const role of ['outbox_admin', 'outbox_reader', 'outbox_relay'])
      for (const act of [
        'delete from outbox.audit_log',
        `update outbox.audit_log set actor = 'nobody'`,
        `insert into outbox.audit_log (actor, door, db_role, action) values ('a', 'sql', 'a', 'a.b')`,
        'truncate outbox.audit_log',
      ]) {
        await db.query(`begin; set local role ${role}`)
        await expect(db.query(act)).rejects.toMatchObject({ code: '42501' })
        await db.query('rollback')
      }
  })
})
