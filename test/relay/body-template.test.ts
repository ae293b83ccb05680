/** Bodies of a webhook's own shape, from a commit to a signed request: the same bytes on every attempt and in SQL. */
import { Webhook } from 'standardwebhooks'
import type { Client } from '../../sql/db.ts'
import { isSigned } from '../support/ledger.ts'
import type { Received } from '../support/receiver.ts'
import { ask, describe, emit, eventually, expect, makeWebhook, settled, test } from '../support/world.ts'

const DATA = '{ "title": "Say \\"hi\\" \\\\ 🌱", "n": 9007199254740993, "tags": ["a"] }'
const TEMPLATE =
  '{ "text" : "{{ $.type }}: {{ $.data.title }}",\n  "n":"{{ $.data.n }}", "tags":"{{ $.data.tags }}", "none":"{{ $.data.none }}" }'
const RENDERED = (type: string) =>
  `{ "text" : "${type}: Say \\"hi\\" \\\\ 🌱",\n  "n":9007199254740993, "tags":["a"], "none":null }`

async function shape(db: Client, template: string | null, format = 'standard'): Promise<void> {
  await db.query('update outbox.webhooks set body_template = $1, format = $2', [template, format])
}

async function expectSigned(db: Client, request: Received): Promise<void> {
  const secret = await ask<string>(db, 'select secret from outbox.webhook_secrets')
  expect(isSigned(request, new Webhook(secret))).toBe(true)
}

/** The exact text that the view shows. */
function payload(db: Client, event_id: string): Promise<string> {
  return ask(db, 'select payload::text from outbox.webhook_deliveries where event_id = $1', [event_id])
}

describe('a webhook with a template', () => {
  test('gets what it makes, signed, and the same again after the template has changed', async ({
    db,
    receive,
    relay,
  }) => {
    let answered = 0
    const receiver = await receive(() => ({ status: (answered += 1) <= 2 ? 500 : 200 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['300 ms', '300 ms', '300 ms'] })
    await shape(db, TEMPLATE)
    await relay()

    const first = await emit(db, 'ticket.created', DATA)
    await receiver.waitFor(1)
    // The template of the retry is read from the delivery's row, which has to be there.
    await settled(db, webhook_id, (seen) => seen[0]?.attempts === 1)
    expect(await payload(db, first)).toBe(RENDERED('ticket.created'))
    await shape(db, '["{{ $.type }}"]')
    await receiver.waitFor(2)
    await settled(db, webhook_id, (seen) => seen[0]?.attempts === 2)
    await shape(db, null, 'cloudevents')
    await receiver.waitFor(3)
    expect(receiver.requests.map(({ id, body }) => [id, body])).toEqual(
      Array.from({ length: 3 }, () => [first, RENDERED('ticket.created')]),
    )
    for (const request of receiver.requests) {
      expect(request.headers['content-type']).toBe('application/json')
      await expectSigned(db, request)
    }
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
    expect(await payload(db, first)).toBe(RENDERED('ticket.created'))

    // What is sent again is what was sent; what is new is of the new shape.
    await db.query('select outbox.resend(id) from outbox.webhook_deliveries')
    expect((await receiver.waitFor(4))[3]).toMatchObject({ id: first, body: RENDERED('ticket.created') })
    await shape(db, '["{{ $.type }}"]')
    const second = await emit(db, 'ticket.updated', DATA)
    const request = await receiver.next(({ id }) => id === second)
    expect(request.body).toBe('["ticket.updated"]')
    await expectSigned(db, request)
  })

  test('gets its deliveries also in the order of their keys', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await shape(db, '"{{ $.data.n }}"')
    await db.query('update outbox.webhooks set ordered = true')
    await relay()
    for (const n of [1, 2, 3])
      await db.query(`select outbox.emit('ticket.created', json_build_object('n', $1::int), 'key')`, [n])
    expect((await receiver.waitFor(3)).map(({ body }) => body)).toEqual(['1', '2', '3'])
  })

  test('does not keep others from theirs, whatever it makes of an event', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: `${receiver.url}/own` })
    await shape(db, `[${Array.from({ length: 100 }, () => '"{{ $.data }}"').join(',')}]`)
    await makeWebhook(db, { url: `${receiver.url}/plain` })
    await relay()
    for (const data of [`{"s":"${'x'.repeat(200_000)}"}`, '{"s":"\\u0000"}', '{"n":[1e131071,1e131071]}', '1'])
      await emit(db, 'ticket.created', data)
    const requests = await receiver.waitFor(8, 20_000)
    expect(requests.map(({ path }) => path).toSorted()).toEqual([...Array(4).fill('/own'), ...Array(4).fill('/plain')])
    for (const request of requests) request.json()
  })
})

describe('a webhook of the format cloudevents', () => {
  test('gets CloudEvents, signed, to the end of what began so', async ({ db, receive, relay }) => {
    let answered = 0
    const receiver = await receive(() => ({ status: (answered += 1) === 1 ? 500 : 200 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['300 ms'] })
    await shape(db, null, 'cloudevents')
    await relay()
    const id = await emit(db, 'ticket.created', DATA)
    await receiver.waitFor(1)
    await settled(db, webhook_id, (seen) => seen[0]?.attempts === 1)
    await shape(db, null)
    const [first, second] = await receiver.waitFor(2)
    for (const request of [first, second]) {
      expect(request?.headers['content-type']).toBe('application/cloudevents+json')
      expect(request?.json()).toMatchObject({ specversion: '1.0', id, type: 'ticket.created' })
      expect(request?.body).toContain(`"data":${DATA}}`)
      if (request !== undefined) await expectSigned(db, request)
    }
    expect(second?.body).toBe(first?.body)
    await eventually(
      () => payload(db, id),
      (text) => text === first?.body,
    )
    const standard = await emit(db)
    expect((await receiver.next((request) => request.id === standard)).headers['content-type']).toBe('application/json')
  })
})
