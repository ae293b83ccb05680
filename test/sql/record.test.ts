/** Writing results down: only who holds the lease, only the attempt that comes next, and any number of times. */
import * as fc from 'fast-check'
import type { Client } from '../../sql/db.ts'
import { ask, deliveries, describe, expect, makeWebhook, test } from '../support/world.ts'
import { onTheWay, recordDelivered, recordFailed, registerRelay, type Failure } from '../support/world.ts'

/** Lets the relay claim what is pending, whenever it is due. */
async function claim(db: Client, relay: number): Promise<number[]> {
  const { rows } = await db.query<{ attempt: number }>(
    `select attempt from outbox.claim_due($1, p_now => now() + interval '30 days')`,
    [relay],
  )
  return rows.map(({ attempt }) => attempt)
}

/** All that is recorded, to see that nothing changes. */
function everything(db: Client): Promise<unknown> {
  return ask(
    db,
    `select json_build_array((select json_agg(s order by id) from outbox.settled_deliveries as s),
       (select json_agg(p order by id) from outbox.pending_deliveries as p),
       (select json_agg(a order by delivery_id, attempt) from outbox.earlier_attempts as a),
       (select json_agg(b order by id) from outbox.batches as b))`,
  )
}

/** From now to the next attempt. */
async function waitOf(db: Client): Promise<number> {
  return ask(
    db,
    'select extract(epoch from next_attempt_at - clock_timestamp())::float8 from outbox.pending_deliveries',
  )
}

describe('recording', () => {
  test('of a first success makes a delivery that the view shows', async ({ db }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    expect(await deliveries(db, way.webhook)).toMatchObject([
      { event_id: way.event, status: 'delivered', attempts: 1, response: { status: 200, body: 'ok' } },
    ])
  })

  test('changes nothing when another relay holds the lease', async ({ db }) => {
    const way = await onTheWay(db)
    const stranger = await registerRelay(db)
    const before = await everything(db)
    await recordDelivered(db, way, stranger)
    expect(await recordFailed(db, way, { relay: stranger })).toEqual([])
    await db.query('select outbox.finish_batches($1, array[$2::bigint])', [stranger, way.batch])
    expect(await everything(db)).toEqual(before)
    await recordFailed(db, way)
    await claim(db, way.relay)
    const claimed = await everything(db)
    expect(await recordFailed(db, way, { relay: stranger, attempt: 2 })).toEqual([])
    await db.query('select outbox.release_deliveries($1, array[outbox.delivery_id($2, $3)])', [
      stranger,
      way.event,
      way.webhook,
    ])
    expect(await everything(db)).toEqual(claimed)
  })

  test('changes nothing for an attempt that does not come next', async ({ db }) => {
    const way = await onTheWay(db)
    await recordFailed(db, way)
    expect(await claim(db, way.relay)).toEqual([2])
    const before = await everything(db)
    for (const attempt of [1, 3]) expect(await recordFailed(db, way, { attempt })).toEqual([])
    expect(await everything(db)).toEqual(before)
  })

  test.for<[string, string[], Failure]>([
    ['a first failure that is to be repeated', ['1 h'], {}],
    ['a first failure that was the last attempt', [], {}],
  ])('%s twice changes nothing the second time', async ([, schedule, failure], { db }) => {
    const way = await onTheWay(db, schedule)
    await recordFailed(db, way, failure)
    const before = await everything(db)
    // The answer to the first time was lost with the connection; the batch is still held for its other deliveries.
    expect(await recordFailed(db, way, failure)).toEqual([])
    expect(await everything(db)).toEqual(before)
  })

  test('a success twice changes nothing the second time', async ({ db }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    const before = await everything(db)
    await recordDelivered(db, way)
    expect(await everything(db)).toEqual(before)
  })

  test('a first failure again changes nothing when another relay has delivered meanwhile', async ({ db }) => {
    const way = await onTheWay(db, ['0 s'])
    await recordFailed(db, way)
    const other = await registerRelay(db)
    expect(await claim(db, other)).toEqual([2])
    expect(await recordFailed(db, way, { relay: other, attempt: 2, delivered: true })).toEqual([
      { status: 'delivered' },
    ])
    const before = await everything(db)
    expect(await recordFailed(db, way)).toEqual([])
    expect(await everything(db)).toEqual(before)
  })

  test('what had to wait again makes no second row when it has been delivered meanwhile', async ({ db }) => {
    const way = await onTheWay(db)
    const park = () =>
      db.query(
        `select outbox.record_pending($1, array[$2::bigint], array[$3::uuid], array[$4::uuid], '{ticket.created}', '{NULL}', false)`,
        [way.relay, way.batch, way.webhook, way.event],
      )
    await park()
    expect(await claim(db, way.relay)).toEqual([1])
    await db.query('begin')
    await db.query(
      `select outbox.record_attempts($1, array[$2::uuid], array[$3::uuid], '{1}', '{true}', '{5}', '{4}', '{200}', '{"{}"}', '{ok}', '{NULL}', '{NULL}')`,
      [way.relay, way.event, way.webhook],
    )
    await db.query('commit')
    const before = await everything(db)
    await park()
    expect(await everything(db)).toEqual(before)
  })

  test('is seen by the relay that takes the batch over: only the rest is left to do', async ({ db }) => {
    const way = await onTheWay(db)
    const [second, third] = [
      await makeWebhook(db, { url: 'http://127.0.0.1:9/2' }),
      await makeWebhook(db, { url: 'http://127.0.0.1:9/3' }),
    ]
    await recordDelivered(db, way)
    await recordFailed(db, { ...way, webhook: second })
    const other = await registerRelay(db)
    await db.query('select outbox.retire_relay($1)', [way.relay])
    const { rows } = await db.query<{ batch_id: string }>('select batch_id from outbox.next_batch($1)', [other])
    expect(rows).toEqual([{ batch_id: way.batch }])
    const left = await db.query('select webhook_id from outbox.batch_matches($1)', [way.batch])
    expect(left.rows).toEqual([{ webhook_id: third }])
    await recordDelivered(db, { ...way, webhook: third })
    expect(await deliveries(db, third)).toEqual([])
  })
})

describe('a failed attempt', () => {
  test('waits as the schedule of its webhook says, and is dead after the last wait', async ({ db }) => {
    const way = await onTheWay(db, ['10 s', '100 s'])
    await recordFailed(db, way)
    expect(await waitOf(db)).toSatisfy((s: number) => s > 8 && s <= 11)
    await claim(db, way.relay)
    await recordFailed(db, way, { attempt: 2 })
    expect(await waitOf(db)).toSatisfy((s: number) => s > 98 && s <= 110)
    await claim(db, way.relay)
    expect(await recordFailed(db, way, { attempt: 3 })).toEqual([{ status: 'dead' }])
    expect(await deliveries(db, way.webhook)).toMatchObject([{ status: 'dead', attempts: 3, next_attempt_at: null }])
    expect(await ask(db, 'select array_agg(attempt order by attempt) from outbox.webhook_attempts')).toEqual([1, 2, 3])
  })

  test('waits as the settings say where the webhook has no schedule', async ({ db }) => {
    await db.query(`update outbox.settings set retry_schedule = '{50 s}'`)
    const way = await onTheWay(db)
    await recordFailed(db, way)
    expect(await waitOf(db)).toSatisfy((s: number) => s > 48 && s <= 55)
  })

  test('is the only one where the schedule is empty', async ({ db }) => {
    expect(await recordFailed(db, await onTheWay(db, []))).toEqual([{ status: 'dead' }])
  })

  test('waits longer when the receiver asks for it, never shorter, never beyond the maximum', async ({ db }) => {
    await db.query(`update outbox.settings set max_retry_after = '1 h'`)
    for (const [retry_after_s, least_s] of [
      [200, 200],
      [1, 100],
      [86_400, 3_600],
    ] as const) {
      const way = await onTheWay(db, ['100 s'])
      await recordFailed(db, way, { retry_after_s })
      expect(await waitOf(db)).toSatisfy((s: number) => s > least_s - 2 && s <= least_s * 1.1)
      await db.query('delete from outbox.webhooks')
    }
  })
})

describe('outbox.retry_wait', () => {
  test('is never shorter than the schedule, and longer only as asked, up to the maximum', async ({ db }) => {
    const seconds = fc.integer({ min: 0, max: 100_000 })
    await fc.assert(
      fc.asyncProperty(seconds, fc.option(seconds), seconds, async (scheduled, asked, most) => {
        const wait = await ask<number>(
          db,
          `select extract(epoch from outbox.retry_wait(1, array[make_interval(secs => $1)], $2 * interval '1 s', make_interval(secs => $3)))::float8`,
          [scheduled, asked, most],
        )
        expect(wait).toBe(Math.max(scheduled, Math.min(asked ?? 0, most)))
      }),
    )
  })

  test('is null when the schedule is used up, whatever the receiver asks', async ({ db }) => {
    expect(await ask(db, `select outbox.retry_wait(2, '{1 s}', '5 s')`)).toBeNull()
    expect(await ask(db, `select outbox.retry_wait(1, '{}', '5 s')`)).toBeNull()
  })
})

describe('outbox.with_jitter', () => {
  test('lengthens a wait by up to a tenth', async ({ db }) => {
    const outside = `select count(*)::int from (select outbox.with_jitter('100 s') as wait from generate_series(1, 2000)) as w
      where wait < '100 s' or wait > '110 s'`
    expect(await ask(db, outside)).toBe(0)
    expect(await ask(db, `select outbox.with_jitter('100 s', 0)::text`)).toBe('00:01:40')
    expect(await ask(db, `select outbox.with_jitter('100 s', 1)::text`)).toBe('00:01:50')
    expect(await ask(db, `select count(distinct outbox.with_jitter('100 s')) > 10 from generate_series(1, 20)`)).toBe(
      true,
    )
  })
})

describe('outbox.delivery_id', () => {
  test('follows from event and webhook, keeps the time of the event, and differs for each pair', async ({ db }) => {
    const given = ['01a209d9-0c14-7d9e-a927-7d1ec250ac52', '7f6bd1a0-7a4e-4d07-9d2c-1a2b3c4d5e6f']
    expect(await ask(db, 'select outbox.delivery_id($1, $2)', given)).toBe('01a209d9-0c14-7d9e-8b67-c229d226ae65')
    const odd = `
      select count(*)::int from (
        select e.id, outbox.delivery_id(e.id, w.id) as d
        from (select outbox.uuidv7() as id from generate_series(1, 50)) as e, (select gen_random_uuid() as id from generate_series(1, 50)) as w) as p
      where left(d::text, 13) <> left(p.id::text, 13)`
    expect(await ask(db, odd)).toBe(0)
    const distinct = `
      select count(distinct outbox.delivery_id(e.id, w.id))::int
      from (select outbox.uuidv7() as id from generate_series(1, 50)) as e, (select gen_random_uuid() as id from generate_series(1, 50)) as w`
    expect(await ask(db, distinct)).toBe(2_500)
  })
})
