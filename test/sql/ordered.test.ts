/** How deliveries of ordered webhooks queue up: the first of each key is due, the others wait. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, eventually, expect, makeWebhook, registerRelay, test } from '../support/world.ts'

const emit = (db: Client, key: string | null, n: number) =>
  db.query(`select outbox.emit('a.b', json_build_object('n', $2::int), key => $1)`, [key, n])

async function cut(db: Client): Promise<void> {
  await db.query('select from outbox.next_batch($1)', [await registerRelay(db)])
}

/** The pending deliveries as `key n`, in the order in which they will be sent; those that are due with a star. */
async function queue(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ line: string }>(
    `select concat(e.key, ' ', e.data ->> 'n', case when d.next_attempt_at is not null then ' *' end) as line
     from outbox.pending_deliveries as d join outbox.events as e on e.id = d.event_id order by d.ordinal`,
  )
  return rows.map(({ line }) => line)
}

async function makeOrdered(db: Client, rest: { filter?: string; enabled?: boolean } = {}): Promise<string> {
  const id = await makeWebhook(db, { url: 'http://127.0.0.1:9', ...rest })
  await db.query('update outbox.webhooks set ordered = true where id = $1', [id])
  return id
}

describe('the queue of an ordered webhook', () => {
  test('is made when the events are cut from the log; the first of each key is due', async ({ db }) => {
    await makeOrdered(db)
    for (const [key, n] of [
      ['x', 1],
      ['y', 2],
      ['x', 3],
      [null, 4],
      [null, 5],
    ] as const)
      await emit(db, key, n)
    await cut(db)
    expect(await queue(db)).toEqual(['x 1 *', 'y 2 *', 'x 3', ' 4 *', ' 5'])
    await emit(db, 'y', 6)
    await emit(db, 'z', 7)
    await cut(db)
    expect((await queue(db)).slice(5)).toEqual(['y 6', 'z 7 *'])
  })

  test('holds only what its webhook wants; the batch carries the rest', async ({ db }) => {
    const ordered = await makeOrdered(db, { filter: '$.n > 1' })
    const plain = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await makeOrdered(db, { enabled: false })
    await emit(db, 'x', 1)
    await emit(db, 'x', 2)
    await cut(db)
    expect(await queue(db)).toEqual(['x 2 *'])
    expect(await ask(db, 'select distinct webhook_id from outbox.pending_deliveries')).toBe(ordered)
    const { rows } = await db.query(
      'select m.webhook_id, cardinality(m.event_ids) as events from outbox.batches as b cross join lateral outbox.batch_matches(b.id) as m',
    )
    expect(rows).toEqual([{ webhook_id: plain, events: 2 }])
  })

  test('survives that the webhook is made an ordinary one, or an ordered one, while a batch is open', async ({
    db,
  }) => {
    const was = await makeOrdered(db)
    const becomes = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await emit(db, 'x', 1)
    await cut(db)
    await db.query('update outbox.webhooks set ordered = (id = $1)', [becomes])
    const { rows } = await db.query<{ webhook_id: string }>(
      'select m.webhook_id from outbox.batches as b cross join lateral outbox.batch_matches(b.id) as m',
    )
    expect(rows).toEqual([{ webhook_id: becomes }])
    expect(await ask(db, 'select webhook_id from outbox.pending_deliveries')).toBe(was)
  })

  test('follows the order of the changes, not of the transaction ids', async ({ db, connect }) => {
    await db.query(`create table thing (id integer primary key, n integer); insert into thing values (1, 0);
      select outbox.watch('thing', 'a.b', 'update')`)
    await makeOrdered(db)
    const older = await connect()
    await older.query('begin; select pg_current_xact_id()')
    await db.query('update thing set n = 1')
    await older.query('update thing set n = 2; commit')
    while (await ask(db, 'select outbox.cut_batches($1, 1) is not null', [await registerRelay(db)]));
    const { rows } = await db.query(
      `select e.data -> 'record' ->> 'n' as n from outbox.pending_deliveries as d join outbox.events as e on e.id = d.event_id order by d.ordinal`,
    )
    expect(rows).toEqual([{ n: '1' }, { n: '2' }])
  })

  test('waits for whoever is settling the delivery before it, and does not miss that', async ({ db, connect }) => {
    const webhook = await makeOrdered(db)
    await emit(db, 'x', 1)
    await cut(db)
    const relay = await ask<number>(db, 'select max(id) from outbox.registered_relays')
    await db.query('update outbox.pending_deliveries set leased_by = $1', [relay])
    const event = await ask<string>(db, 'select event_id from outbox.pending_deliveries')
    await emit(db, 'x', 2)
    await db.query('begin')
    await db.query(
      `select from outbox.record_attempts($1, array[$2::uuid], array[$3::uuid], '{1}', '{true}', '{5}', '{5}', '{200}', '{"{}"}', '{ok}', '{NULL}', '{NULL}')`,
      [relay, event, webhook],
    )
    const other = await connect()
    const cutting = cut(other)
    await eventually(
      () => ask<number>(db, `select count(*)::int from pg_locks where classid = 1869968484 and not granted`),
      (waiting) => waiting === 1,
    )
    await db.query('commit')
    await cutting
    expect(await queue(db)).toEqual(['x 2 *'])
  })

  test('is resent in its order by a replay, and a waiting one cannot jump it', async ({ db }) => {
    const webhook = await makeOrdered(db)
    for (const n of [1, 2, 3]) await emit(db, 'x', n)
    await cut(db)
    await db.query('delete from outbox.batches; delete from outbox.pending_deliveries')
    await db.query(`select outbox.replay($1, now() - interval '1 h', now() + interval '1 h')`, [webhook])
    await db.query(`select outbox.advance_replays(clock_timestamp() + interval '1 min')`)
    expect(await queue(db)).toEqual(['x 1 *', 'x 2', 'x 3'])
    await expect(
      db.query('select outbox.resend(id) from outbox.pending_deliveries where next_attempt_at is null'),
    ).rejects.toMatchObject({ code: 'OB001', message: expect.stringContaining('waits for an earlier one') })
  })
})
