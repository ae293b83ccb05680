/** Guarantees 1 to 3 when a relay is killed without notice: its work is taken up, nothing is lost, little comes twice. */
import { balance, openLedger, outstanding, sound, startWriters, writeEvents } from '../support/ledger.ts'
import type { Received } from '../support/receiver.ts'
import { ask, describe, eventually, expect, makeWebhook, test } from '../support/world.ts'

/** What a webhook has under way at most, unless it says otherwise. */
const IN_FLIGHT = 10
const RESUMED_WITHIN_MS = 2_000

/** Leaves the first requests without an answer for ever: they are under way when the relay dies. */
function hangingFirst(count: number) {
  const hung = new Set<Received>()
  const answer = (request: Received) => {
    if (hung.size >= count) return {}
    hung.add(request)
    return { hang: true as const }
  }
  return { answer, answered: (request: Received) => !hung.has(request) }
}

describe('a relay that is killed while requests are under way', () => {
  test('is replaced within 2 s by one that runs beside it', async ({ db, receive, relayProcess }) => {
    const { answer, answered } = hangingFirst(IN_FLIGHT)
    const receiver = await receive(answer)
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await openLedger(db)
    const first = await relayProcess()
    await writeEvents(db, 300)
    await receiver.waitFor(IN_FLIGHT)
    const second = await relayProcess()
    const killed_at = Date.now()
    await first.kill()
    const resumed = await receiver.next(answered)
    expect(resumed.at - killed_at).toBeLessThan(RESUMED_WITHIN_MS)
    await second.waitForLog('relay.taken_over', (line) => line['reason'] === 'died')
    await eventually(
      () => outstanding(db, webhook_id),
      (open) => open === 0,
    )
    expect(await balance(db, receiver, webhook_id, answered)).toEqual({
      ...sound,
      committed: 300,
      duplicates: IN_FLIGHT,
    })
    expect(await ask(db, 'select count(*)::int from outbox.batches')).toBe(0)
  })

  test('continues where it was when it is started again', async ({ db, receive, relayProcess }) => {
    const { answer, answered } = hangingFirst(IN_FLIGHT)
    const receiver = await receive(answer)
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await openLedger(db)
    const first = await relayProcess()
    await writeEvents(db, 300)
    await receiver.waitFor(IN_FLIGHT)
    await first.kill()
    await writeEvents(db, 100)
    await relayProcess()
    const ready_at = Date.now()
    expect((await receiver.next(answered)).at - ready_at).toBeLessThan(RESUMED_WITHIN_MS)
    await eventually(
      () => outstanding(db, webhook_id),
      (open) => open === 0,
    )
    expect(await balance(db, receiver, webhook_id, answered)).toEqual({
      ...sound,
      committed: 400,
      duplicates: IN_FLIGHT,
    })
  })

  test('three times under load neither loses an event nor invents one', async ({
    database,
    db,
    receive,
    relayProcess,
  }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await openLedger(db)
    let victim = await relayProcess()
    await relayProcess()
    const writers = startWriters(database.url, 4)
    for (let kills = 1; kills <= 3; kills += 1) {
      await receiver.waitFor(receiver.requests.length + 200)
      await victim.kill()
      victim = await relayProcess()
    }
    await writers.stop()
    await eventually(
      () => outstanding(db, webhook_id),
      (open) => open === 0,
    )
    const books = await balance(db, receiver, webhook_id)
    expect(books).toMatchObject(sound)
    expect(books.committed).toBeGreaterThan(600)
    // What had arrived and was not yet written down: at most what gathers in some 10 ms, beside what was under way.
    expect(books.duplicates).toBeLessThanOrEqual(3 * (IN_FLIGHT + 100))
  })
})
