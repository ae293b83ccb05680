/** A relay that stands still longer than its lease: others take its work, and what it does on waking changes nothing. */
import { balance, openLedger, outstanding, sound, writeEvents } from '../support/ledger.ts'
import type { Received } from '../support/receiver.ts'
import { ask, describe, emit, eventually, expect, makeWebhook, settled, test } from '../support/world.ts'

const LEASE_S = 2
const environment = { OUTBOX_LEASE_SECONDS: String(LEASE_S), OUTBOX_TIMEOUT_SECONDS: '1' }

describe('a relay that hangs', () => {
  test('past its lease loses its work to another, and works on under a new number when it wakes', async ({
    db,
    receive,
    relayProcess,
  }) => {
    const stopped_with = new Set<Received>()
    const receiver = await receive((request) => {
      if (stopped_with.size >= 10) return {}
      stopped_with.add(request)
      return { hang: true }
    })
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await openLedger(db)
    const hanging = await relayProcess(environment)
    await writeEvents(db, 200)
    await receiver.waitFor(10)
    const stopped_at = Date.now()
    hanging.signal('SIGSTOP')
    const other = await relayProcess(environment)
    const resumed = await receiver.next((request) => !stopped_with.has(request))
    // The lease, and the next look of the other one.
    expect(resumed.at - stopped_at).toBeLessThan(LEASE_S * 1000 + 2_000)
    await other.waitForLog('relay.taken_over', (line) => line['reason'] === 'hung')
    await eventually(
      () => outstanding(db, webhook_id),
      (open) => open === 0,
    )
    hanging.signal('SIGCONT')
    await hanging.waitForLog('relay.registered_anew')
    await other.kill()
    await writeEvents(db, 50)
    await eventually(
      () => outstanding(db, webhook_id),
      (open) => open === 0,
    )
    const accepted = (request: Received) => !stopped_with.has(request)
    expect(await balance(db, receiver, webhook_id, accepted)).toEqual({ ...sound, committed: 250, duplicates: 10 })
    expect(await ask(db, 'select count(*)::int from outbox.batches')).toBe(0)
  })

  test('leaves nothing behind that it claimed between losing its lease and noticing it', async ({
    db,
    receive,
    relay,
  }) => {
    let release = () => {}
    const noticed = new Promise<void>((resolve) => (release = resolve))
    const receiver = await receive(async () => {
      if (receiver.requests.length === 2) await noticed
      return {}
    })
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await emit(db)
    const { waitForLog } = await relay({ lease_s: LEASE_S, timeout_ms: 1_000 })
    const [ready] = await Promise.all([waitForLog('relay.ready'), receiver.waitFor(1)])
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
    // Others take it for dead, and only then does it claim again: it does not know better until it renews its lease.
    await db.query('begin')
    await db.query('select outbox.retire_relay($1)', [ready['relay']])
    await emit(db)
    await db.query('commit')
    await receiver.waitFor(2)
    await waitForLog('relay.registered_anew')
    release()
    await settled(db, webhook_id, (all) => all.length === 2 && all.every((d) => d.status === 'delivered'))
    expect(await ask(db, 'select count(*)::int from outbox.batches')).toBe(0)
  })
})
