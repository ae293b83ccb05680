/** How soon a relay looks: rung, polling, or told of changes by hand. Every limit here is far below the backstop of 5 s. */
import { describe, emit, expect, makeWebhook, settled, test } from '../support/world.ts'

const SOON_MS = 2_000

describe('a relay', () => {
  test('that is not to listen polls', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    const { lines } = await relay({ notify: false })
    for (let n = 1; n <= 3; n += 1) {
      await emit(db)
      await receiver.waitFor(n, SOON_MS)
    }
    expect(lines.find(({ msg }) => msg === 'relay.ready')).toMatchObject({ listening: false })
  })

  test('whose writers are not to ring polls', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await db.query('update outbox.settings set notify = false')
    await relay()
    await emit(db)
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
    // The second in which it polls anyway is over then.
    await db.query('select pg_sleep(1.5)')
    await emit(db)
    await receiver.waitFor(2, SOON_MS)
  })

  test('begins to poll soon when writers are told not to ring any more', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await relay()
    await emit(db)
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
    await db.query('update outbox.settings set notify = false')
    // The next backstop at the latest finds out; from then on every event is quick.
    await emit(db)
    await receiver.waitFor(2, 6_000)
    await settled(db, webhook_id, (seen) => seen.every((d) => d.status === 'delivered'))
    await emit(db)
    await receiver.waitFor(3, SOON_MS)
  })

  test('hears of a webhook that is enabled again', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['1 ms'] })
    const event_id = await emit(db, 'ticket.created')
    await db.query(`update outbox.webhooks set enabled = false`)
    await db.query(
      `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at)
       values (outbox.delivery_id($1, $2), $2, $1, 'ticket.created', now(), now())`,
      [event_id, webhook_id],
    )
    await relay()
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'held')
    await db.query(`update outbox.webhooks set enabled = true`)
    await receiver.waitFor(1, SOON_MS)
  })
})
