/** outbox.backlog: what is on its way, queue by queue. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, emitMany, expect, makeWebhook, registerRelay, test } from '../support/world.ts'

interface Queue {
  queue: string
  webhook_id: string | null
  url: string | null
  waiting: string
  due: string
  under_way: string
  held: string
  oldest_at: Date | null
  next_attempt_at: Date | null
}

async function backlog(db: Client): Promise<Queue[]> {
  return (await db.query<Queue>('select * from outbox.backlog')).rows
}

const counts = ({ queue, waiting, due, under_way, held }: Queue) => `${queue} ${waiting} ${due} ${under_way} ${held}`

interface Pending {
  wait?: string | null
  leased_by?: number
}

async function makePending(db: Client, webhook_id: string, pending: Pending[]): Promise<void> {
  for (const { wait = '-1 s', leased_by } of pending)
    await db.query(
      `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, leased_by, created_at)
       values (outbox.delivery_id($1, $2), $2, $1, 'ticket.created', now() + $3::interval, $4, now())`,
      [await emit(db), webhook_id, wait, leased_by],
    )
}

/** Reads the log, and finishes what was cut from it. */
async function readAll(db: Client): Promise<void> {
  await db.query('select outbox.cut_batches(0)')
  await db.query('delete from outbox.batches')
}

const url = 'http://127.0.0.1:9'

describe('the log', () => {
  test('has a row, even where nothing waits in it', async ({ db }) => {
    expect(await backlog(db)).toEqual([
      {
        queue: 'log',
        webhook_id: null,
        url: null,
        waiting: '0',
        due: '0',
        under_way: '0',
        held: '0',
        oldest_at: null,
        next_attempt_at: null,
      },
    ])
  })

  test('counts committed events that no relay has read, also those of a transaction that took long', async ({
    db,
    connect,
  }) => {
    const slow = await connect()
    await slow.query('begin')
    await emit(slow)
    await emitMany(db, 3)
    expect((await backlog(db)).map(counts)).toEqual(['log 3 3 0 0'])
    await readAll(db)
    expect((await backlog(db)).map(counts)).toEqual(['log 0 0 0 0'])
    await emitMany(db, 2)
    await slow.query('commit')
    // The cursor has passed it by, and knows that it was still running.
    const [log] = await backlog(db)
    expect(log && counts(log)).toBe('log 3 3 0 0')
    expect(log?.oldest_at).toEqual(
      await ask(db, 'select min(occurred_at) from outbox.events where txid = (select min(txid) from outbox.events)'),
    )
    expect(await ask(db, 'select outbox.has_unread()')).toBe(true)
  })

  test('is not counted to its end when that is far', async ({ db }) => {
    await emitMany(db, 20)
    expect(await ask(db, 'select waiting::int from outbox.count_unread(5)')).toBe(5)
    expect(await ask(db, 'select waiting::int from outbox.count_unread(20)')).toBe(20)
  })

  test('is counted by index', async ({ db }) => {
    await emitMany(db, 3)
    const before = await ask<string>(db, scans)
    await db.query('select * from outbox.count_unread()')
    await db.query('select pg_stat_force_next_flush()')
    expect(await ask(db, scans)).toBe(before)
  })
})

/** How often tables of the log were read from end to end. */
const scans = `select coalesce(sum(seq_scan), 0)::text from pg_stat_user_tables where schemaname = 'outbox' and relname like 'events\\_%'`

describe('batches', () => {
  test('count their events, and which of them relays have taken', async ({ db }) => {
    await emitMany(db, 1_200)
    const relay = await registerRelay(db)
    await db.query('select count(*) from outbox.next_batch($1)', [relay])
    const [log, batches] = await backlog(db)
    expect([log, batches].map((queue) => queue && counts(queue))).toEqual(['log 0 0 0 0', 'batches 1200 700 500 0'])
    // An id is drawn a moment before the event is written, more before the first of a session.
    const first = await ask<Date>(db, 'select min(occurred_at) from outbox.events')
    expect(Math.abs((batches?.oldest_at?.getTime() ?? 0) - first.getTime())).toBeLessThan(1_000)
    await db.query('select outbox.retire_relay($1)', [relay])
    expect((await backlog(db)).map(counts)).toEqual(['log 0 0 0 0', 'batches 1200 1200 0 0'])
  })
})

describe('bursts', () => {
  test('count the changes that wait to become one event, and tell when the first is over', async ({ db }) => {
    await db.query(`
      create table public.thing (id integer primary key, n integer);
      select outbox.watch('thing', 'thing.changed', 'update', coalesce_for => '10 min')`)
    await db.query(`
      insert into outbox.coalescing_changes (watch_id, event_type, key, data, occurred_at)
      select (select id from outbox.watches), 'thing.changed', x.key, '{}', now() - x.age
      from (values ('1', interval '11 min'), ('1', interval '1 min'), ('2', interval '9 min'), (null, interval '20 min'), (null, interval '1 s')) as x (key, age)`)
    const bursts = (await backlog(db)).find(({ queue }) => queue === 'bursts')
    // Both changes of key 1 and the first one without a key: each of these is a burst of its own.
    expect(bursts && counts(bursts)).toBe('bursts 5 3 0 0')
    const minutes = `select round(extract(epoch from now() - $1::timestamptz) / 60)::int`
    expect(await ask(db, minutes, [bursts?.oldest_at])).toBe(20)
    expect(await ask(db, minutes, [bursts?.next_attempt_at])).toBe(10)
    expect(await ask(db, 'select outbox.close_bursts()::int')).toBe(2)
    expect((await backlog(db)).map(counts)).toEqual(['log 2 2 0 0', 'bursts 2 0 0 0'])
  })
})

describe('a webhook', () => {
  test('has a row with what is due, what is under way and what waits for its time', async ({ db }) => {
    const [few, many] = [await makeWebhook(db, { url }), await makeWebhook(db, { url })]
    await makeWebhook(db, { url })
    await makePending(db, few, [{ wait: '1 h' }])
    // The last one waits for an earlier one of its key.
    await makePending(db, many, [{}, {}, { wait: '2 h' }, { leased_by: 1 }, { wait: null }])
    await readAll(db)
    const [, first, second, ...more] = await backlog(db)
    expect([first, second].map((queue) => queue && [queue.webhook_id, queue.url, counts(queue)])).toEqual([
      [many, url, 'webhook 5 2 1 0'],
      [few, url, 'webhook 1 0 0 0'],
    ])
    expect(more).toEqual([])
    const from_now = `select round(extract(epoch from $1::timestamptz - now()) / 60)::int`
    expect(await ask(db, from_now, [second?.next_attempt_at])).toBe(60)
    expect(await ask(db, from_now, [first?.next_attempt_at])).toBe(0)
  })

  test.for<[string, string]>([
    ['disabled', `update outbox.webhooks set enabled = false`],
    ['paused', `select outbox.pause(id) from outbox.webhooks`],
  ])('that is %s holds what is not under way', async ([, statement], { db }) => {
    await makePending(db, await makeWebhook(db, { url }), [{}, { wait: '1 h' }, { leased_by: 1 }])
    await readAll(db)
    await db.query(statement)
    const [, queue] = await backlog(db)
    expect(queue && counts(queue)).toBe('webhook 3 0 1 2')
    expect(queue?.next_attempt_at).toBeNull()
  })
})
