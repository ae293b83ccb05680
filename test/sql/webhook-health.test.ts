/** outbox.webhook_health: how each webhook is doing, from what relays have counted. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, expect, makeWebhook, only, test } from '../support/world.ts'

interface Health {
  webhook_id: string
  url: string
  state: string
  success_rate: string | null
  attempts_24h: string
  failed_24h: string
  dead_24h: string
  p50_ms: string | null
  p95_ms: string | null
  failing_since: Date | null
  last_failure: string | null
  pending: string
  disabled_reason: string | null
}

async function healthOf(db: Client, webhook_id: string): Promise<Health> {
  const { rows } = await db.query<Health>('select * from outbox.webhook_health where webhook_id = $1', [webhook_id])
  return only(rows)
}

/** What a relay counted so long ago. */
async function count(db: Client, webhook_id: string, age: string, counted: object): Promise<void> {
  await db.query('select outbox.record_activity($1, clock_timestamp() - $2::interval)', [
    JSON.stringify([{ webhook_id, delivered: 0, failed: 0, dead: 0, durations: [], ...counted }]),
    age,
  ])
}

const succeeded = { delivered: 1, success_age_ms: 0 }
const failed = { failed: 1, failure_age_ms: 0, failing_age_ms: 0, last_failure: 'HTTP 503' }

async function makePending(db: Client, webhook_id: string): Promise<void> {
  await db.query(
    `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at)
     values (outbox.delivery_id($1, $2), $2, $1, 'ticket.created', now() + interval '1 day', now())`,
    [await emit(db), webhook_id],
  )
}

const url = 'http://127.0.0.1:9'

describe('the state of a webhook', () => {
  test.for<[string, string, (db: Client, id: string) => Promise<unknown>]>([
    ['idle', 'nothing was ever sent', async () => {}],
    ['idle', 'the last attempt was a day ago', (db, id) => count(db, id, '24 h', succeeded)],
    ['ok', 'the last attempt succeeded', (db, id) => count(db, id, '23 h', succeeded)],
    ['failing', 'the last attempt failed', (db, id) => count(db, id, '1 min', failed)],
    ['idle', 'the last attempt failed a day ago, and nothing waits', (db, id) => count(db, id, '24 h', failed)],
    [
      'failing',
      'the last attempt failed a day ago, and the next one is to come',
      async (db, id) => {
        await count(db, id, '25 h', failed)
        await makePending(db, id)
      },
    ],
    [
      'ok',
      'an attempt has succeeded after failures',
      async (db, id) => {
        await count(db, id, '2 min', failed)
        await count(db, id, '1 min', succeeded)
      },
    ],
    [
      'paused',
      'it is paused, though it fails',
      async (db, id) => {
        await count(db, id, '1 min', failed)
        await db.query('select outbox.pause($1)', [id])
      },
    ],
    [
      'disabled',
      'it is disabled, though it is paused',
      async (db, id) => {
        await db.query('select outbox.pause($1)', [id])
        await db.query(`select outbox.disable_webhook($1, 'gone')`, [id])
      },
    ],
  ])('is %s where %s', async ([state, , prepare], { db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await prepare(db, webhook_id)
    expect((await healthOf(db, webhook_id)).state).toBe(state)
  })
})

describe('outbox.webhook_health', () => {
  test('counts the attempts of the last 24 hours, in whole hours and in the minutes before them', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    const ages = ['0 s', '59 min', '3 h', '12 h', '22 h 30 min', '23 h', '23 h 30 min', '23 h 58 min']
    for (const age of ages) await count(db, webhook_id, age, { delivered: 1, failed: 1, dead: 1 })
    await count(db, webhook_id, '24 h 1 min', { delivered: 1_000, failed: 1_000, dead: 1_000 })
    const eight = String(ages.length)
    expect(await healthOf(db, webhook_id)).toMatchObject({
      attempts_24h: String(2 * ages.length),
      failed_24h: eight,
      dead_24h: eight,
      success_rate: '50.0',
    })
  })

  test('does not depend on the time zone of who counts or looks', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    // Half an hour off: their hours begin in the middle of ours.
    await db.query(`set timezone = 'Asia/Kolkata'`)
    for (let minutes = 0; minutes < 1_438; minutes += 7) await count(db, webhook_id, `${minutes} min`, { delivered: 1 })
    for (const zone of ['Asia/Kolkata', 'UTC', 'Asia/Kathmandu']) {
      await db.query(`set timezone = '${zone}'`)
      expect((await healthOf(db, webhook_id)).attempts_24h).toBe('206')
    }
  })

  test('tells the success rate in percent with one decimal, and none without attempts', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    expect((await healthOf(db, webhook_id)).success_rate).toBeNull()
    await count(db, webhook_id, '1 h', { delivered: 2, failed: 1 })
    expect((await healthOf(db, webhook_id)).success_rate).toBe('66.7')
  })

  test('estimates the durations of the last hour', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    expect(await healthOf(db, webhook_id)).toMatchObject({ p50_ms: null, p95_ms: null })
    await count(db, webhook_id, '2 h', { durations: [1_000] })
    await count(db, webhook_id, '30 min', { durations: [0, 0, 0, 60] })
    await count(db, webhook_id, '1 min', { durations: [0, 0, 0, 30, 0, 0, 0, 0, 10] })
    // Rank 50 of the 90 between 2 and 2.83 ms; rank 95 is in the middle of the 10 between 11.3 and 16 ms.
    expect(await healthOf(db, webhook_id)).toMatchObject({ p50_ms: '2.5', p95_ms: '13.7' })
  })

  test('shows what waits, why it fails and why it is disabled', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await makePending(db, webhook_id)
    await makePending(db, webhook_id)
    await count(db, webhook_id, '1 min', { ...failed, last_failure: 'connection refused' })
    await db.query(`select outbox.disable_webhook($1, 'The receiver answered 410 Gone.')`, [webhook_id])
    const health = await healthOf(db, webhook_id)
    expect(health).toMatchObject({
      url,
      pending: '2',
      last_failure: 'connection refused',
      disabled_reason: 'The receiver answered 410 Gone.',
    })
    expect(health.failing_since?.getTime()).toBeLessThan(Date.now())
  })

  test('puts failing ones first, then goes by url', async ({ db }) => {
    for (const [path, counted] of [
      ['c', succeeded],
      ['d', failed],
      ['a', succeeded],
      ['b', failed],
    ] as const)
      await count(db, await makeWebhook(db, { url: `${url}/${path}` }), '1 min', counted)
    const { rows } = await db.query<Health>('select * from outbox.webhook_health')
    expect(rows.map((row) => `${row.state} ${row.url.slice(-1)}`)).toEqual(['failing b', 'failing d', 'ok a', 'ok c'])
  })

  test('forgets a webhook that is deleted', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await count(db, webhook_id, '1 min', succeeded)
    await db.query('delete from outbox.webhooks')
    expect(await ask(db, 'select count(*)::int from outbox.webhook_health')).toBe(0)
  })
})
