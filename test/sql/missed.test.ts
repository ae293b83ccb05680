/** outbox.missed: what a webhook would have got while it was disabled. */
import type { Client } from '../../sql/db.ts'
import { refusal } from '../support/events.ts'
import { ask, describe, emit, expect, makeWebhook, test, type Webhook } from '../support/world.ts'

function webhook(db: Client, wants: Partial<Webhook> = {}): Promise<string> {
  return makeWebhook(db, { url: 'http://127.0.0.1:9', ...wants })
}

async function missed(db: Client, webhook_id: string): Promise<string[]> {
  const { rows } = await db.query<{ event_id: string }>('select event_id from outbox.missed($1)', [webhook_id])
  return rows.map(({ event_id }) => event_id)
}

function enable(db: Client, webhook_id: string, enabled = true): Promise<unknown> {
  return db.query('update outbox.webhooks set enabled = $2 where id = $1', [webhook_id, enabled])
}

/** An event, read from the log; what matches it now is delivered. */
async function sent(db: Client, type = 'ticket.created', data: unknown = {}, tenant?: string): Promise<string> {
  const id = await emit(db, type, data, tenant)
  await read(db)
  return id
}

/** Does with the events in the log what relays do, at once. */
async function read(db: Client): Promise<void> {
  await db.query('select outbox.cut_batches(1)')
  await db.query(`
    insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms)
    select outbox.delivery_id(e.id, m.webhook_id), m.webhook_id, e.id, e.type, 'delivered', 1, now(), now(), 1
    from outbox.batches as b
    cross join lateral outbox.batch_matches(b.id) as m
    cross join lateral unnest(m.event_ids) as i (id)
    join outbox.events as e on e.id = i.id`)
  await db.query('delete from outbox.batches')
}

/** Makes it look as if the event, and what became of it, had been so much earlier. */
async function backdate(db: Client, event_id: string, by: string): Promise<string> {
  return ask(
    db,
    `update outbox.events set occurred_at = occurred_at - $2::interval,
       id = overlay(id::text placing left(outbox.uuid_at(outbox.uuid_time(id) - $2)::text, 13) from 1 for 13)::uuid
     where id = $1 returning id`,
    [event_id, by],
  )
}

describe('outbox.missed', () => {
  test('tells what came while the webhook was disabled, and nothing that came before or since', async ({ db }) => {
    const id = await webhook(db)
    await sent(db)
    await enable(db, id, false)
    const during = [await sent(db), await sent(db, 'workflow.started')]
    expect(await missed(db, id)).toEqual(during)
    await enable(db, id)
    await sent(db)
    expect(await missed(db, id)).toEqual(during)
    await enable(db, id, false)
    during.push(await sent(db))
    expect(await missed(db, id)).toEqual(during)
  })

  test('tells only what the webhook wants', async ({ db }) => {
    const id = await webhook(db, { enabled: false, events: ['ticket.*'], tenant: 'acme', filter: '$.n == 1' })
    const wanted = await sent(db, 'ticket.created', { n: 1 }, 'acme')
    await sent(db, 'workflow.started', { n: 1 }, 'acme')
    await sent(db, 'ticket.created', { n: 2 }, 'acme')
    await sent(db, 'ticket.created', { n: 1 }, 'globex')
    await sent(db, 'ticket.created', '{"n":1,"text":"\\u0000"}', 'acme')
    expect(await missed(db, id)).toEqual([wanted])
  })

  test('has the columns of the events', async ({ db }) => {
    const id = await webhook(db, { enabled: false })
    await db.query(`select outbox.emit('ticket.created', '{}', key => '7', tenant => 'acme')`)
    await read(db)
    const { rows } = await db.query('select * from outbox.missed($1)', [id])
    expect(rows).toEqual(
      (await db.query('select id as event_id, type as event_type, key, tenant, occurred_at from outbox.events')).rows,
    )
  })

  test('leaves out what has not been read, or is being sent: it may still come', async ({ db }) => {
    const id = await webhook(db, { enabled: false })
    const event = await emit(db)
    expect(await missed(db, id)).toEqual([])
    await db.query('select outbox.cut_batches(1)')
    expect(await missed(db, id)).toEqual([])
    await db.query('delete from outbox.batches')
    expect(await missed(db, id)).toEqual([event])
  })

  test('leaves out what has a delivery by now, pending or settled', async ({ db }) => {
    const id = await webhook(db, { enabled: false })
    const [first, second, third] = [await sent(db), await sent(db), await sent(db)]
    await enable(db, id)
    await db.query('select outbox.redeliver($1, array[$2::uuid])', [id, first])
    expect(await missed(db, id)).toEqual([second, third])
    await db.query(
      `insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms)
       select outbox.delivery_id($2, $1), $1, $2, 'ticket.created', 'dead', 1, now(), now(), 1`,
      [id, second],
    )
    expect(await missed(db, id)).toEqual([third])
  })

  test('tells what was written before the webhook was disabled, and read afterwards', async ({ db }) => {
    const id = await webhook(db)
    const event = await emit(db)
    await enable(db, id, false)
    await read(db)
    expect(await missed(db, id)).toEqual([event])
  })

  test('tells what came while the transaction that enabled the webhook was still open', async ({ db, connect }) => {
    const id = await webhook(db, { enabled: false })
    const other = await connect()
    await other.query('begin')
    await enable(other, id)
    // Later than the time that the other transaction has written down, but relays do not see that yet.
    const event = await sent(db)
    await other.query('commit')
    expect(await missed(db, id)).toEqual([event])
  })

  test('tells nothing from before the webhook was there, however much older the log is', async ({ db }) => {
    await backdate(db, await sent(db), '2 h')
    await backdate(db, await sent(db), '3 s')
    const id = await webhook(db, { enabled: false })
    const event = await sent(db)
    expect(await missed(db, id)).toEqual([event])
  })

  test('knows several spans, each event once', async ({ db }) => {
    const id = await ask<string>(
      db,
      `insert into outbox.webhooks (url, created_at) values ('http://127.0.0.1:9', now() - interval '3 days') returning id`,
    )
    const spans = [
      ['26 h', '25 h'],
      ['4 h', '3 h'],
      // Closer than the margin around each.
      ['179 min', '2 h'],
    ]
    for (const [from, until] of spans)
      await db.query(
        `insert into outbox.disabled_spans (webhook_id, disabled_at, enabled_at) values ($1, now() - $2::interval, now() - $3::interval)`,
        [id, from, until],
      )
    await enable(db, id, false)
    const events: Record<string, string> = {}
    for (const age of ['30 h', '25 h 30 min', '14 h', '3 h 30 min', '150 min', '1 h']) events[age] = await sent(db)
    await enable(db, id)
    for (const [age, event] of Object.entries(events)) events[age] = await backdate(db, event, age)
    await db.query(`delete from outbox.disabled_spans where disabled_at > now() - interval '1 h'`)
    const inside = ['25 h 30 min', '3 h 30 min', '150 min'].map((age) => events[age])
    expect(await missed(db, id)).toEqual(inside)
  })

  test('knows that a webhook is disabled which was enabled and disabled again in one transaction', async ({ db }) => {
    const id = await webhook(db)
    await db.query(`begin;
      update outbox.webhooks set enabled = false;
      update outbox.webhooks set enabled = true;
      update outbox.webhooks set enabled = false, disabled_reason = 'Again.';
      commit`)
    const { rows } = await db.query('select enabled_at, reason from outbox.disabled_spans')
    expect(rows).toEqual([{ enabled_at: null, reason: 'Again.' }])
    await db.query(
      `update outbox.disabled_spans set disabled_at = disabled_at - interval '1 h', enabled_at = enabled_at - interval '1 h'`,
    )
    const event = await sent(db)
    expect(await missed(db, id)).toEqual([event])
  })

  test('leaves out what would not have been sent in its time either, because its chain of causes was too long', async ({
    db,
  }) => {
    const id = await webhook(db, { enabled: false })
    await db.query('update outbox.settings set max_cause_depth = 1')
    const chain: string[] = []
    for (let n = 0; n < 3; n += 1) {
      await db.query(`select set_config('outbox.context', $1, false)`, [JSON.stringify({ cause: chain.at(-1) })])
      chain.push(await sent(db))
    }
    expect(await missed(db, id)).toEqual(chain.slice(0, 2))
  })

  test('tells a backfill or a test that was meant for this webhook, and none that was meant for another', async ({
    db,
  }) => {
    const id = await webhook(db, { enabled: false })
    const other = await webhook(db, { enabled: false })
    const only = `insert into outbox.events (type, data, only_for) values ('ticket.created', '{}', $1) returning id`
    const mine = await ask<string>(db, only, [id])
    await ask(db, only, [other])
    await read(db)
    expect(await missed(db, id)).toEqual([mine])
  })

  test('reads a log longer than a portion to its end, oldest first', async ({ db }) => {
    const id = await webhook(db, { enabled: false })
    await db.query(`select outbox.emit('ticket.created', '{}') from generate_series(1, 12000)`)
    await db.query('select outbox.cut_batches(1, 20000)')
    await db.query('delete from outbox.batches')
    const seen = await missed(db, id)
    expect(seen).toHaveLength(12_000)
    expect(new Set(seen).size).toBe(12_000)
    expect(seen.toSorted()).toEqual(seen)
  })

  test('is what a replay of the missed sends', async ({ db }) => {
    const id = await webhook(db, { filter: '$.n == 1' })
    await enable(db, id, false)
    const events = [await sent(db, 'ticket.created', { n: 1 }), await sent(db, 'ticket.created', { n: 1 })]
    await sent(db, 'ticket.created', { n: 2 })
    await enable(db, id)
    expect(await missed(db, id)).toEqual(events)
    const { rows } = await db.query(
      `select deliveries::int from outbox.replay($1, now() - interval '1 h', now() + interval '1 h', which => 'missed')`,
      [id],
    )
    expect(rows).toEqual([{ deliveries: 2 }])
    await db.query(`select outbox.advance_replays(now() + interval '5 s')`)
    expect(await missed(db, id)).toEqual([])
    expect(await ask(db, 'select array_agg(event_id order by event_id) from outbox.pending_deliveries')).toEqual(events)
  })

  test('refuses an unknown webhook', async ({ db }) => {
    expect(await refusal(missed(db, '00000000-0000-0000-0000-000000000000'))).toMatchObject({ code: 'OB002' })
  })
})
