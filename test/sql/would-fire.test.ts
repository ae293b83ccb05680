/** outbox.would_fire: what a transaction would send, before it is committed. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, expect, makeWebhook, test, type Webhook } from '../support/world.ts'

interface Fired {
  event_id: string
  event_type: string
  key: string | null
  webhook_id: string | null
  url: string | null
  body: string | null
}

async function wouldFire(db: Client): Promise<Fired[]> {
  const { rows } = await db.query<Fired>('select * from outbox.would_fire()')
  return rows
}

/** Type and path of each row. */
async function briefly(db: Client): Promise<string[]> {
  return (await wouldFire(db)).map(({ event_type, url }) => `${event_type} ${url?.slice(url.lastIndexOf('/')) ?? '-'}`)
}

function webhook(db: Client, path: string, wants: Partial<Webhook> = {}): Promise<string> {
  return makeWebhook(db, { url: `http://127.0.0.1:9/${path}`, ...wants })
}

describe('outbox.would_fire', () => {
  test('names the events of this transaction in the order of their writing, each with its webhooks and the exact body', async ({
    db,
  }) => {
    await db.query(`
      create table tickets (id integer primary key, status text);
      insert into tickets values (1, 'open');
      select outbox.watch_tickets('tickets')`)
    const all = await webhook(db, 'all')
    const some = await webhook(db, 'some', { events: ['ticket.status_changed'] })
    await emit(db, 'ticket.earlier')
    await db.query(`begin; update tickets set status = 'closed'; insert into tickets values (2, null)`)
    const fired = await wouldFire(db)
    expect(fired.map(({ event_type, key, webhook_id }) => [event_type, key, webhook_id])).toEqual([
      ['ticket.updated', '1', all],
      ['ticket.status_changed', '1', all],
      ['ticket.status_changed', '1', some],
      ['ticket.created', '2', all],
    ])
    await db.query('commit')
    const { rows } = await db.query<{ id: string; body: string }>(
      'select e.id, outbox.body(e) as body from outbox.events as e',
    )
    const bodies = new Map(rows.map(({ id, body }) => [id, body]))
    expect(fired.map(({ event_id }) => bodies.get(event_id))).toEqual(fired.map(({ body }) => body))
    expect(await wouldFire(db)).toEqual([])
  })

  test('keeps the order of a statement that writes many', async ({ db }) => {
    await webhook(db, 'all')
    await db.query(`begin; select outbox.emit('a.b', to_json(n)) from generate_series(1, 500) as n`)
    const numbers = (await wouldFire(db)).map(({ body }) => JSON.parse(body ?? '').data)
    expect(numbers).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
    await db.query('rollback')
  })

  test('names what nobody would get once, without a webhook', async ({ db }) => {
    await webhook(db, 'other', { events: ['workflow.*'] })
    await webhook(db, 'off', { enabled: false })
    await db.query('begin')
    const event_id = await emit(db)
    expect(await wouldFire(db)).toEqual([
      { event_id, event_type: 'ticket.created', key: null, webhook_id: null, url: null, body: null },
    ])
    await db.query('rollback')
  })

  test('leaves out what a savepoint took back, and other transactions', async ({ db, connect }) => {
    await webhook(db, 'all')
    const other = await connect()
    await other.query('begin')
    await emit(other, 'ticket.of_another')
    await db.query('begin')
    await emit(db, 'ticket.first')
    await db.query('savepoint here')
    await emit(db, 'ticket.taken_back')
    await db.query('rollback to here')
    await db.query('savepoint there')
    await emit(db, 'ticket.kept')
    await db.query('release there')
    expect(await briefly(db)).toEqual(['ticket.first /all', 'ticket.kept /all'])
    await other.query('commit')
    expect(await briefly(db)).toEqual(['ticket.first /all', 'ticket.kept /all'])
    await db.query('commit')
  })

  test('sees webhooks as this transaction has changed them', async ({ db }) => {
    const id = await webhook(db, 'old')
    await db.query('begin')
    await emit(db)
    await db.query(`update outbox.webhooks set url = 'http://127.0.0.1:9/new' where id = $1`, [id])
    await webhook(db, 'second')
    expect(await briefly(db)).toEqual(['ticket.created /new', 'ticket.created /second'])
    await db.query('rollback')
  })

  test('shows a webhook’s own body', async ({ db }) => {
    await webhook(db, 'cloud')
    await db.query(`update outbox.webhooks set format = 'cloudevents'`)
    await db.query('begin')
    const id = await emit(db, 'ticket.created', { n: 1 })
    const [fired] = await wouldFire(db)
    expect(JSON.parse(fired?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id,
      type: 'ticket.created',
      data: { n: 1 },
    })
    await db.query('rollback')
  })

  test('does not name what lies too deep in a chain of causes', async ({ db }) => {
    await webhook(db, 'all')
    await db.query('update outbox.settings set max_cause_depth = 1')
    const first = await emit(db)
    await db.query(
      `begin; select set_config('outbox.context', json_build_object('cause', '${first}'::text)::text, true)`,
    )
    const second = await emit(db)
    await db.query(`select set_config('outbox.context', json_build_object('cause', '${second}'::text)::text, true)`)
    await emit(db, 'ticket.too_deep')
    expect(await briefly(db)).toEqual(['ticket.created /all', 'ticket.too_deep -'])
    await db.query('rollback')
  })

  test('does not depend on the session', async ({ db }) => {
    await webhook(db, 'all', { filter: '$.at.datetime() < "2026-01-01T12:00:00+00:00".datetime()' })
    await db.query(`set timezone = 'Pacific/Auckland'; set datestyle = 'German'; set search_path = pg_temp`)
    await db.query('begin')
    await emit(db, 'ticket.created', '{"at":"2026-01-01T11:30:00"}')
    expect(await briefly(db)).toEqual(['ticket.created /all'])
    await db.query('rollback')
  })

  test('is empty, and takes no transaction id, where nothing has been written', async ({ db }) => {
    await webhook(db, 'all')
    await emit(db)
    await db.query('begin read only')
    expect(await wouldFire(db)).toEqual([])
    expect(await ask(db, 'select pg_current_xact_id_if_assigned()')).toBeNull()
    await db.query('commit')
  })

  test('may be granted to a role that can do nothing else', async ({ db, database }) => {
    const role = `app_${database.name}`
    await webhook(db, 'all')
    await db.query(`create role ${role}; grant usage on schema outbox to ${role}`)
    try {
      await db.query(
        `grant execute on function outbox.emit, outbox.would_fire to ${role}; begin; set local role ${role}`,
      )
      await emit(db)
      expect(await briefly(db)).toEqual(['ticket.created /all'])
      await db.query('rollback')
    } finally {
      await db.query(`rollback; drop owned by ${role}; drop role ${role}`)
    }
  })
})
