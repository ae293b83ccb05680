/** What a relay does after an attempt that did not succeed. */
import type { Answer } from '../support/receiver.ts'
import { ask, describe, emit, emitMany, expect, makeWebhook, run, settled, test } from '../support/world.ts'

/** Answers in this order, the last one for ever. */
function inTurn(...answers: Answer[]): () => Answer {
  return () => (answers.length > 1 ? answers.shift() : answers[0]) ?? {}
}

describe('a failed attempt', () => {
  test('is followed by another with the same id and the same bytes', async ({ db, receive, relay }) => {
    const receiver = await receive(inTurn({ status: 500, body: 'no' }, { status: 200 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['10 ms'] })
    await relay()
    const id = await emit(db, 'ticket.created', '{ "a" : 1.0 }')
    const [first, second] = await receiver.waitFor(2)
    expect([second?.id, second?.body]).toEqual([id, first?.body])
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered' && seen[0].attempts === 2)
    const { rows } = await db.query(
      'select attempt, response_status, response_body from outbox.webhook_attempts order by attempt',
    )
    expect(rows).toEqual([
      { attempt: 1, response_status: 500, response_body: 'no' },
      { attempt: 2, response_status: 200, response_body: '' },
    ])
  })

  test('after the last wait leaves the delivery dead, and the log says so', async ({ db, receive, relay }) => {
    const receiver = await receive(inTurn({ status: 503 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['1 ms', '1 ms'] })
    const { waitForLog } = await relay()
    await emit(db)
    const [delivery] = await settled(db, webhook_id, (seen) => seen[0]?.status === 'dead')
    expect(delivery).toMatchObject({ attempts: 3, response: { status: 503 }, next_attempt_at: null })
    await waitForLog('delivery.dead')
    expect(receiver.requests).toHaveLength(3)
  })

  test.for<[string, Answer, object]>([
    ['that met a redirect', { status: 302, headers: { location: '/elsewhere' } }, { status: 302, error: null }],
    ['that met a broken connection', { reset: true }, { status: null, error: 'connection reset before an answer' }],
    ['that met no answer', { hang: true }, { status: null, error: 'timed out after 0.2 s while waiting for headers' }],
  ])(
    '%s is recorded with its reason, and nothing else is called',
    async ([, answer, response], { db, receive, relay }) => {
      const receiver = await receive(() => answer)
      const webhook_id = await makeWebhook(db, { url: receiver.url, timeout: '200 ms', retry_schedule: [] })
      await relay()
      await emit(db)
      const [delivery] = await settled(db, webhook_id, (seen) => seen[0]?.status === 'dead')
      expect(delivery?.response).toMatchObject(response)
      expect(receiver.requests.map(({ path }) => path)).toEqual(['/'])
    },
  )

  test('whose receiver asks for a pause is repeated no sooner', async ({ db, receive, relay }) => {
    const receiver = await receive(inTurn({ status: 429, headers: { 'retry-after': '1' } }, { status: 200 }))
    await makeWebhook(db, { url: receiver.url, retry_schedule: ['1 ms'] })
    await relay()
    await emit(db)
    const [first, second] = await receiver.waitFor(2)
    const pause_ms = (second?.at ?? 0) - (first?.at ?? 0)
    expect(pause_ms).toBeGreaterThanOrEqual(1_000)
    expect(pause_ms).toBeLessThan(5_000)
  })

  test('is repeated although the connection broke while it was being claimed', async ({
    database,
    db,
    connect,
    receive,
    relay,
  }) => {
    const receiver = await receive(inTurn({ status: 500 }, { status: 200 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['300 ms'] })
    const { waitForLog } = await relay()
    await emit(db)
    await settled(db, webhook_id, (seen) => seen[0]?.attempts === 1)
    // claim_due reads pending deliveries; the lock stops it there until its backend is terminated.
    const locker = await connect()
    await locker.query('begin; lock table outbox.pending_deliveries in access exclusive mode')
    await expect
      .poll(() =>
        ask(
          db,
          `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and query like '%claim_due%' and datname = current_database()`,
        ),
      )
      .toBe(1)
    await run(
      database.url,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'outbox relay claim' and datname = current_database()`,
    )
    await waitForLog('database.failed', (line) => line['doing'] === 'claim')
    await locker.query('rollback')
    // Before anything else could make the relay look again.
    await receiver.waitFor(2, 3_000)
  })
})

describe('410 Gone', () => {
  test('disables the webhook and holds what is pending; enabling it releases that', async ({ db, receive, relay }) => {
    let gone = true
    const receiver = await receive(() => ({ status: gone ? 410 : 200 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['1 ms', '1 ms'] })
    const { waitForLog } = await relay()
    await emit(db)
    await waitForLog('webhook.disabled')
    const [held] = await settled(db, webhook_id, (seen) => seen[0]?.status === 'held')
    expect(held).toMatchObject({ attempts: 1, response: { status: 410 } })
    expect(await ask(db, 'select disabled_reason from outbox.webhooks')).toBe('The receiver answered 410 Gone.')
    gone = false
    await db.query('update outbox.webhooks set enabled = true where id = $1', [webhook_id])
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
  })

  test('stops what waits in memory, too', async ({ db, receive, relay }) => {
    const receiver = await receive(() => ({ status: 410, delay_ms: 20 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, max_in_flight: 1 })
    const { waitForLog } = await relay()
    await emitMany(db, 20)
    await waitForLog('webhook.disabled')
    await settled(
      db,
      webhook_id,
      (seen) => seen.length === 20 && seen.every((d) => d.status === 'held' && d.leased_by === null),
    )
    // A few may start while the database is being told.
    expect(receiver.requests.length).toBeLessThan(10)
  })
})
