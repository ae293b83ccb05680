/** outbox.send_test with a relay: a test travels as real events do, to the one webhook. */
import { Webhook } from 'standardwebhooks'
import type { Client } from '../../sql/db.ts'
import { explained } from '../support/explain.ts'
import { isSigned } from '../support/ledger.ts'
import { ask, deliveries, describe, emit, expect, makeWebhook, only, settled, test } from '../support/world.ts'

async function sendTest(db: Client, webhook_id: string): Promise<string> {
  const { rows } = await db.query<{ event_id: string }>('select event_id from outbox.send_test($1)', [webhook_id])
  return only(rows).event_id
}

describe('a test', () => {
  test('arrives signed at the one webhook, and is recorded as its delivery', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const tested = await makeWebhook(db, { url: `${receiver.url}/tested`, events: ['ticket.*'] })
    const other = await makeWebhook(db, { url: `${receiver.url}/other` })
    await relay()
    const id = await sendTest(db, tested)
    const request = await receiver.next()
    expect(request).toMatchObject({ path: '/tested', id, type: 'ticket.created' })
    const secret = await ask<string>(db, 'select secret from outbox.webhook_secrets where webhook_id = $1', [tested])
    expect(isSigned(request, new Webhook(secret))).toBe(true)
    await settled(db, tested, (seen) => seen[0]?.status === 'delivered')
    // What comes next goes to both, so nothing of the test is still on its way to the other.
    await emit(db, 'ticket.updated')
    await receiver.waitFor(3)
    await settled(db, other, (seen) => seen[0]?.status === 'delivered')
    expect(receiver.requests.map(({ path, type }) => `${path} ${type}`).toSorted()).toEqual([
      '/other ticket.updated',
      '/tested ticket.created',
      '/tested ticket.updated',
    ])
    expect(await explained(db, id, other)).toMatchObject({ matched: false, reason: 'meant for another webhook only' })
  })

  test('that fails is tried again', async ({ db, receive, relay }) => {
    const answers = [{ status: 500 }]
    const receiver = await receive(() => answers.shift() ?? {})
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['1 ms'] })
    await relay()
    const id = await sendTest(db, webhook_id)
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered' && seen[0].attempts === 2)
    expect(await explained(db, id, webhook_id)).toMatchObject({ reason: 'delivered at attempt 2', attempts: 2 })
  })

  test('of an ordered webhook is queued with its others', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    const other = await makeWebhook(db, { url: `${receiver.url}/other` })
    await db.query('update outbox.webhooks set ordered = true')
    await relay()
    const id = await sendTest(db, webhook_id)
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
    expect(receiver.requests.map((request) => [request.path, request.id])).toEqual([['/', id]])
    expect(await deliveries(db, other)).toEqual([])
  })

  test('of a paused webhook is held until it is resumed', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await db.query('select outbox.pause($1)', [webhook_id])
    await relay()
    const id = await sendTest(db, webhook_id)
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'held')
    expect((await explained(db, id, webhook_id)).reason).toMatch(/^held: the webhook is paused since /)
    expect(receiver.requests).toEqual([])
    await db.query('select outbox.resume($1)', [webhook_id])
    expect((await receiver.next()).id).toBe(id)
  })

  test('of a disabled webhook is not sent, and counts as missed', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: `${receiver.url}/off`, enabled: false })
    await makeWebhook(db, { url: `${receiver.url}/on` })
    await relay()
    const id = await sendTest(db, webhook_id)
    const next = await emit(db)
    expect((await receiver.next()).id).toBe(next)
    expect((await explained(db, id, webhook_id)).reason).toMatch(/^disabled since /)
    await expect
      .poll(() => ask(db, 'select array_agg(event_id order by event_id) from outbox.missed($1)', [webhook_id]))
      .toEqual([id, next])
    expect(await deliveries(db, webhook_id)).toEqual([])
  })
})
