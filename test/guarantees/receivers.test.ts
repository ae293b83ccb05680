/** Guarantee 4: a bad receiver delays nobody else, and does not eat the attempts of what waits for it. */
import { ask, deliveries, describe, emitMany, eventually, expect, makeWebhook, test } from '../support/world.ts'

const EVENTS = 400

/** A receiver that takes its time: requests pile up on it if they are let. */
const slowly = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('a receiver that hangs', () => {
  test('does not delay the healthy ones beside it', async ({ db, receive, relay }) => {
    const healthy = await receive()
    const hanging = await receive(() => ({ hang: true }))
    const ids = []
    for (let n = 1; n <= 4; n += 1) ids.push(await makeWebhook(db, { url: `${healthy.url}/${n}` }))
    const bad = await makeWebhook(db, { url: hanging.url, timeout: '30 s' })
    const started = await relay()
    const began_at = Date.now()
    await emitMany(db, EVENTS)
    await healthy.waitFor(4 * EVENTS)
    // A single pass through the hanging one would take twenty minutes.
    expect((healthy.requests.at(-1)?.at ?? 0) - began_at).toBeLessThan(10_000)
    // What does not fit its lane waits in the database, and the batch closes without it.
    await eventually(
      () => ask<number>(db, 'select count(*)::int from outbox.pending_deliveries where webhook_id = $1', [bad]),
      (count) => count >= EVENTS - 10,
    )
    expect(hanging.requests).toHaveLength(10)
    await emitMany(db, 10)
    await healthy.waitFor(4 * EVENTS + 40, 3_000)
    for (const id of ids)
      await eventually(
        () => deliveries(db, id),
        (seen) => seen.length === EVENTS + 10 && seen.every((d) => d.status === 'delivered'),
      )
    await hanging.close()
    await started.stop()
  })

  test('and comes back gets all that waited for it, once', async ({ db, receive, relay }) => {
    let broken = true
    const receiver = await receive(() => (broken ? { hang: true } : {}))
    const webhook_id = await makeWebhook(db, {
      url: receiver.url,
      timeout: '300 ms',
      retry_schedule: ['100 ms', '1 s', '1 s'],
    })
    await relay()
    await emitMany(db, 100)
    await receiver.waitFor(10)
    broken = false
    const count = (status: string) =>
      ask<number>(db, 'select count(*)::int from outbox.webhook_deliveries where webhook_id = $1 and status = $2', [
        webhook_id,
        status,
      ])
    await eventually(
      () => count('delivered'),
      (delivered) => delivered === 100,
    )
    expect(new Set(receiver.requests.map(({ id }) => id)).size).toBe(100)
  })
})

describe('a webhook', () => {
  test('never has more requests under way than it allows', async ({ db, receive, relay }) => {
    let under_way = 0
    let most = 0
    const receiver = await receive(async () => {
      under_way += 1
      most = Math.max(most, under_way)
      await slowly()
      under_way -= 1
      return {}
    })
    await makeWebhook(db, { url: receiver.url, max_in_flight: 3 })
    await relay()
    await emitMany(db, 200)
    await receiver.waitFor(200)
    expect(most).toBe(3)
  })

  test('is sent no more in a second than its rate allows', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url, rate_limit: 20 })
    await relay()
    await emitMany(db, 40)
    const requests = await receiver.waitFor(40)
    // 40 at 20 a second, less the two that the bucket holds at first, and a tick of 100 ms.
    const took_ms = (requests.at(-1)?.at ?? 0) - (requests[0]?.at ?? 0)
    expect(took_ms).toBeGreaterThan(1_700)
    expect(took_ms).toBeLessThan(6_000)
  })
})
