/** Starting and stopping, with and without a database, alone and beside another relay. */
import net from 'node:net'
import { once } from 'node:events'
import { migrate } from '../../sql/migrate.ts'
import { test as serverTest } from '../support/embedded.ts'
import type { Received } from '../support/receiver.ts'
import { spawnRelay } from '../support/relay.ts'
import { ask, describe, emit, emitMany, eventually, expect, makeWebhook, settled, test } from '../support/world.ts'

describe('a relay that is stopped', () => {
  test('finishes what is under way and leaves the rest to another', async ({ db, receive, relayProcess }) => {
    const first_requests = new Set<Received>()
    const receiver = await receive((request) => {
      if (first_requests.size >= 10) return {}
      first_requests.add(request)
      return { delay_ms: 300 }
    })
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    const first = await relayProcess()
    const second = await relayProcess()
    await emitMany(db, 100)
    await receiver.waitFor(10)
    expect(await first.stop()).toBe(0)
    await settled(db, webhook_id, (seen) => seen.length === 100 && seen.every((d) => d.status === 'delivered'))
    expect(receiver.requests).toHaveLength(100)
    expect(await second.stop()).toBe(0)
    expect(await ask(db, 'select count(*)::int from outbox.relays')).toBe(0)
    expect(await ask(db, 'select count(*)::int from outbox.batches')).toBe(0)
  })

  test('leaves what waits in the database to another that sleeps', async ({ db, receive, relay }) => {
    const receiver = await receive(() => ({ status: receiver.requests.length === 1 ? 500 : 200 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['2 s'] })
    const first = await relay()
    await emit(db)
    await settled(db, webhook_id, (seen) => seen[0]?.attempts === 1)
    // It has nothing to do yet, and nobody will ring.
    await db.query('update outbox.webhooks set description = null')
    await relay()
    await first.stop()
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
  })

  test('ends at once at the second signal', async ({ db, receive, relayProcess }) => {
    const receiver = await receive(() => ({ hang: true }))
    await makeWebhook(db, { url: receiver.url })
    const relay = await relayProcess()
    await emit(db)
    await receiver.waitFor(1)
    const asked_at = performance.now()
    relay.signal('SIGTERM')
    // A second signal that follows at once counts as the same: a shell and npm both pass Ctrl-C on.
    await db.query('select pg_sleep(0.7)')
    relay.signal('SIGINT')
    expect(await relay.exited).not.toBe(0)
    // Not the 15 s of the attempt, nor the 20 s of grace.
    expect(performance.now() - asked_at).toBeLessThan(5_000)
  })

  test('gives up after the grace period what is still under way, for another to attempt', async ({
    db,
    receive,
    relay,
  }) => {
    const receiver = await receive(() => (receiver.requests.length === 1 ? { hang: true } : {}))
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    const first = await relay({ grace_ms: 100 })
    await emit(db)
    await receiver.waitFor(1)
    await first.stop()
    expect(await ask(db, 'select count(*)::int from outbox.batches where leased_by is null')).toBe(1)
    await relay()
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered' && seen[0].attempts === 1)
  })

  test('twice, or before it is ready, ends all the same', async ({ relay }) => {
    const { stop, waitForLog } = await relay()
    await Promise.all([stop(), stop()])
    await waitForLog('relay.stopped')
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    server.close()
    const early = spawnRelay(`postgres://nobody@127.0.0.1:${port}/none`)
    await early.waitForLog('database.failed')
    expect(await early.stop()).toBe(0)
  })
})

describe('a relay that is started', () => {
  serverTest('before its database answers begins when it does', async ({ start, onTestFinished }) => {
    const server = await start()
    await migrate({ url: server.url })
    await server.stop()
    const relay = spawnRelay(server.url)
    onTestFinished(() => relay.kill())
    await relay.waitForLog('database.failed')
    await start()
    await relay.ready
  })

  test('beside another shares the work', async ({ db, receive, relayProcess }) => {
    const receiver = await receive(() => ({ delay_ms: 10 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, max_in_flight: 5 })
    const relays = await Promise.all([
      relayProcess({ OUTBOX_LOG_LEVEL: 'debug' }),
      relayProcess({ OUTBOX_LOG_LEVEL: 'debug' }),
    ])
    await emitMany(db, 1_200)
    await receiver.waitFor(1_200)
    await eventually(
      () => ask<number>(db, 'select count(*)::int from outbox.settled_deliveries where webhook_id = $1', [webhook_id]),
      (count) => count === 1_200,
    )
    expect(receiver.requests).toHaveLength(1_200)
    const sent = relays.map(({ lines }) => lines.filter(({ msg }) => msg === 'delivery.attempted').length)
    expect(Math.min(...sent)).toBeGreaterThan(100)
  })

  test('with a value out of bounds names it and ends with code 2', async ({ database }) => {
    const relay = spawnRelay(database.url, { OUTBOX_LEASE_SECONDS: '1', OUTBOX_NOTIFY: 'perhaps' })
    expect(await relay.exited).toBe(2)
    const said = relay.lines.map(({ msg }) => msg).join('\n')
    expect(said).toContain('OUTBOX_LEASE_SECONDS: is below 2')
    expect(said).toContain('OUTBOX_NOTIFY: is neither on nor off')
    expect(said).not.toContain(database.url)
  })
})
