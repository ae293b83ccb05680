/** The database goes away: the whole server without notice, or one of the relay's connections at a time. */
import { connect, type Client } from '../../sql/db.ts'
import { migrate } from '../../sql/migrate.ts'
import { test as serverTest } from '../support/embedded.ts'
import { balance, openLedger, outstanding, sound, startWriters, writeEvents } from '../support/ledger.ts'
import { startReceiver } from '../support/receiver.ts'
import { spawnRelay } from '../support/relay.ts'
import { describe, eventually, expect, makeWebhook, test } from '../support/world.ts'

describe('a server that stops without notice', () => {
  serverTest('loses no event of any commit, and the relay comes back by itself', async ({ start, onTestFinished }) => {
    let server = await start()
    await migrate({ url: server.url })
    const receiver = await startReceiver()
    onTestFinished(() => receiver.close())
    let db = await connect({ url: server.url, name: 'test' })
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await openLedger(db)
    const relay = spawnRelay(server.url)
    onTestFinished(() => relay.kill())
    await relay.ready
    const writers = startWriters(server.url, 2)
    for (let crashes = 1; crashes <= 2; crashes += 1) {
      await receiver.waitFor(receiver.requests.length + 100)
      await db.end()
      await server.stop('immediate')
      await relay.waitForLog('database.lost')
      const restarted = await start()
      expect(restarted).toMatchObject({ url: server.url, adopted: false })
      server = restarted
      db = await connect({ url: server.url, name: 'test' })
    }
    await receiver.waitFor(receiver.requests.length + 100)
    await writers.stop()
    await eventually(
      () => outstanding(db, webhook_id),
      (open) => open === 0,
    )
    const books = await balance(db, receiver, webhook_id)
    await db.end()
    expect(books).toMatchObject(sound)
    expect(books.committed).toBeGreaterThan(200)
    // Each crash forgets what had been sent and was not yet written down.
    expect(books.duplicates).toBeLessThanOrEqual(2 * 110)
  })

  serverTest('and stays away for a while is asked for patiently', async ({ start, onTestFinished }) => {
    const server = await start()
    await migrate({ url: server.url })
    const relay = spawnRelay(server.url)
    onTestFinished(() => relay.kill())
    await relay.ready
    await server.stop('immediate')
    // Each connection is lost once, and what it was doing is tried again by one loop with growing pauses. A loop that
    // started another at every failure would double their number every few seconds.
    await relay.waitForLog('database.failed')
    await start()
    await relay.waitForLog('database.back')
    const count = (fact: string) => relay.lines.filter(({ msg }) => msg === fact).length
    expect(count('database.lost')).toBeLessThanOrEqual(4)
    expect(count('database.failed')).toBeLessThanOrEqual(8)
  })
})

/** As pg_stat_activity names them. */
const connections = ['claim', 'record', 'upkeep', 'locks', 'listen']

async function terminate(db: Client, name: string): Promise<void> {
  const { rowCount } = await db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'outbox relay ' || $1`,
    [name],
  )
  expect(rowCount).toBe(1)
}

describe('a connection of the relay that is terminated', () => {
  test.for(connections)(
    '(%s) comes back, and events go on as quickly as before',
    async (name, { db, receive, relay }) => {
      const receiver = await receive()
      const webhook_id = await makeWebhook(db, { url: receiver.url })
      await openLedger(db)
      await relay()
      await writeEvents(db, 20)
      await receiver.waitFor(20)
      await eventually(
        () => outstanding(db, webhook_id),
        (open) => open === 0,
      )
      await terminate(db, name)
      await writeEvents(db, 20)
      // Well before the backstop of 5 s.
      await receiver.waitFor(40, 3_000)
      await eventually(
        () => outstanding(db, webhook_id),
        (open) => open === 0,
      )
      await eventually(
        async () =>
          (
            await db.query(
              `select from pg_stat_activity where application_name = 'outbox relay ' || $1
        and datname = current_database()`,
              [name],
            )
          ).rowCount,
        (count) => count === 1,
      )
      expect(await balance(db, receiver, webhook_id)).toEqual({ ...sound, committed: 40, duplicates: 0 })
    },
  )
})
