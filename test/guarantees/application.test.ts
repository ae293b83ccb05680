/** Guarantee 5: whatever the relay, a receiver or the housekeeping does, the application's statements go through. */
import { ask, describe, emit, expect, makeWebhook, test } from '../support/world.ts'

/** A statement that would have to wait fails instead. */
const IMPATIENT = `set lock_timeout = '100 ms'; set statement_timeout = '5 s'`

describe('a writer', () => {
  test('commits while no relay runs, and its events are sent when one does', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    const id = await emit(db)
    await relay()
    expect((await receiver.next()).id).toBe(id)
  })

  test('does not wait for anything that a relay locks', async ({ db, connect }) => {
    const writer = await connect()
    await writer.query(IMPATIENT)
    const relay_id = await ask(db, `select outbox.register_relay('test', '0', '1 h')`)
    await emit(db)
    // All in one open transaction: a relay that stops dead half way through its work.
    await db.query('begin')
    await db.query('select pg_advisory_xact_lock(1869968482, 1)')
    await db.query('select * from outbox.next_batch($1)', [relay_id])
    await db.query('select * from outbox.claim_due($1)', [relay_id])
    await db.query('select outbox.make_partitions(now() + $1)', ['10 days'])
    await db.query('select * from outbox.drop_expired_partitions()')
    await db.query(`select outbox.learn_event_types('{ticket.new_type}')`)
    await emit(writer, 'ticket.new_type')
    await writer.query('begin')
    await emit(writer)
    await db.query('commit')
    await writer.query('commit')
    expect(await ask(db, 'select count(*)::int from outbox.events')).toBe(3)
  })

  test('does not wait for the person who edits a webhook or the settings', async ({ db, connect }) => {
    const writer = await connect()
    await writer.query(IMPATIENT)
    const webhook_id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('begin')
    await db.query(
      'lock table outbox.webhooks, outbox.webhook_patterns, outbox.webhook_secrets, outbox.webhook_headers in access exclusive mode',
    )
    await db.query('update outbox.webhooks set enabled = false where id = $1', [webhook_id])
    await db.query('update outbox.settings set max_payload_bytes = max_payload_bytes')
    await emit(writer)
    await db.query('rollback')
  })

  test('may keep its transaction open without delaying the events of others', async ({
    db,
    connect,
    receive,
    relay,
  }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await relay()
    const slow = await connect()
    await slow.query('begin')
    const late = await emit(slow)
    for (let n = 1; n <= 3; n += 1) {
      const id = await emit(db)
      await receiver.next((request) => request.id === id, 3_000)
    }
    await slow.query('commit')
    await receiver.next((request) => request.id === late, 3_000)
    expect(receiver.requests).toHaveLength(4)
  })
})
