/**
 * Guarantee 3, the doorbell: writers ring only while the relay sleeps, and no wake-up is lost on the way to sleep. What
 * is late here would come with the backstop poll after 5 s; every limit is far below that.
 */
import { connect, type Client } from '../../sql/db.ts'
import type { Receiver } from '../support/receiver.ts'
import { localRelay } from '../support/relay.ts'
import { openClones } from '../support/server.ts'
import { ask, describe, emit, emitMany, eventually, expect, makeWebhook, test } from '../support/world.ts'

const SOON_MS = 2_500
/** More in a second than the relay wants to be rung for. */
const BUSY = 300
/** By the writer, in its transaction: long enough for a relay that would go to sleep to be asleep. */
const REST = 'select pg_sleep(0.4)'
const DATABASES = 6
const ROUNDS = 3

/** Whether a relay has the bell muted. */
function muted(db: Client): Promise<boolean> {
  return ask(
    db,
    `select exists (select from pg_locks where locktype = 'advisory' and classid = 1869968482 and objid = 1
       and objsubid = 2 and mode = 'ExclusiveLock' and granted
       and database = (select oid from pg_database where datname = current_database()))`,
  )
}

const untilMuted = (db: Client) =>
  eventually(
    () => muted(db),
    (is) => is,
  )
const untilUnmuted = (db: Client) =>
  eventually(
    () => muted(db),
    (is) => !is,
  )

/** Makes the relay mute the bell by more events than it wants to be rung for. */
async function keepBusy(db: Client, receiver: Receiver): Promise<void> {
  const before = receiver.requests.length
  await emitMany(db, BUSY, 'ticket.busy')
  await untilMuted(db)
  await receiver.waitFor(before + BUSY)
}

/** Leaves the writer in a transaction with an event for which it found the bell muted, and so will not ring. */
async function emitUnheard(db: Client, writer: Client, receiver: Receiver): Promise<string> {
  for (;;) {
    await keepBusy(db, receiver)
    await writer.query('begin')
    const id = await emit(writer)
    if (await muted(db)) return id
    // This machine was too slow: the relay's second was over.
    await writer.query('rollback')
  }
}

/** Milliseconds from commit to arrival, for each round. */
async function playRounds(url: string, receiver: Receiver): Promise<number[]> {
  const [db, writer] = await Promise.all([connect({ url, name: 'test' }), connect({ url, name: 'test writer' })])
  await makeWebhook(db, { url: receiver.url })
  const relay = localRelay(url)
  await relay.start()
  const latencies: number[] = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    await keepBusy(db, receiver)
    // The relay stays awake for a second. The server waits, not the test: the probe falls before, into or after the
    // moment in which the bell is released, and the commit some time later.
    await writer.query('begin')
    await writer.query('select pg_sleep(random() * 1.1)')
    const id = await emit(writer)
    await writer.query('select pg_sleep(random())')
    const committed_at = Date.now()
    await writer.query('commit')
    latencies.push((await receiver.next((request) => request.id === id)).at - committed_at)
  }
  await relay.stop()
  await Promise.all([db.end(), writer.end()])
  return latencies
}

/** Writes again and again. Returns what ends that. */
function keepWriting(write: () => Promise<unknown>): () => Promise<void> {
  let writing = true
  const loop = (async () => {
    while (writing) await write()
  })()
  return () => {
    writing = false
    return loop
  }
}

async function expectSoon(receiver: Receiver, id: string, committed_at: number): Promise<void> {
  const request = await receiver.next((received) => received.id === id)
  expect(request.at - committed_at).toBeLessThan(SOON_MS)
}

describe('a wake-up', () => {
  test('is not lost when a writer that found the bell muted commits while the relay wants to sleep', async ({
    db,
    connect: open,
    receive,
    relay,
  }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await relay()
    const writer = await open()
    const id = await emitUnheard(db, writer, receiver)
    await untilUnmuted(db)
    await writer.query(REST)
    const committed_at = Date.now()
    await writer.query('commit')
    await expectSoon(receiver, id, committed_at)
  })

  test('is not lost in rounds with random moments', async ({ receive, onTestFinished }) => {
    // Each database has a bell of its own, so several are tried at once; a single writer each, since a second one's
    // ring would cover up for the first.
    const clones = await openClones()
    onTestFinished(() => clones.drop())
    const urls: string[] = []
    for (let n = 1; n <= DATABASES; n += 1) urls.push(await clones.adopted())
    const latencies = await Promise.all(urls.map(async (url) => playRounds(url, await receive())))
    expect(Math.max(...latencies.flat())).toBeLessThan(SOON_MS)
  })

  test('is not lost when the relay that had muted the bell is killed', async ({
    db,
    connect: open,
    receive,
    relay,
    relayProcess,
  }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    const killed = await relayProcess()
    const writer = await open()
    const id = await emitUnheard(db, writer, receiver)
    const sleeping = await relay()
    await killed.kill()
    await sleeping.waitForLog('relay.taken_over')
    await writer.query(REST)
    const committed_at = Date.now()
    await writer.query('commit')
    await expectSoon(receiver, id, committed_at)
  })
})

describe('writers', () => {
  test('ring while the relay sleeps, and do not while it is awake', async ({ db, connect: open, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await relay()
    const [writer, busy, listener] = [await open(), await open(), await open()]
    const pid = await ask<number>(writer, 'select pg_backend_pid()')
    let rings = 0
    // Relays ring, too, when they have more than they can carry.
    listener.on('notification', ({ processId }) => (rings += processId === pid ? 1 : 0))
    await listener.query('listen outbox')
    /** Rings of committed transactions are delivered before the answer to a later query. */
    const heard = async () => {
      await listener.query('select 1')
      return rings
    }
    // Events that never cease keep the relay awake, on however slow a machine.
    const stop = keepWriting(() => emitMany(busy, 50, 'ticket.busy'))
    try {
      await keepBusy(db, receiver)
      await untilMuted(db)
      for (let n = 1; n <= 50; n += 1) await emit(writer)
      expect(await heard()).toBe(0)
    } finally {
      await stop()
    }
    await untilUnmuted(db)
    await emit(writer)
    expect(await heard()).toBe(1)
  })

  test('cannot keep the relay from muting the bell', async ({ db, connect: open, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await relay()
    // Each holds the bell shared to the end of its transaction, and together they never let go of it.
    const writers = await Promise.all(Array.from({ length: 4 }, () => open()))
    const holding = `begin; select outbox.emit('ticket.busy', '{}'); select pg_sleep(0.02); commit`
    const stops = writers.map((writer) => keepWriting(() => writer.query(holding)))
    try {
      await emitMany(db, BUSY, 'ticket.busy')
      await untilMuted(db)
    } finally {
      await Promise.all(stops.map((stop) => stop()))
    }
  })
})
