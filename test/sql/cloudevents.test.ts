/** Bodies in the format cloudevents: what CloudEvents 1.0 asks of an event in structured JSON. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, expect, makeWebhook, test } from '../support/world.ts'

/** As the specification has them. */
// oxlint-disable-next-line no-control-regex -- these are the characters that it forbids
const NO_STRING = /[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/
const URI = /^[a-z][a-z0-9+.-]*:[\w.~:/?#[\]@!$&'()*+,;=%-]+$/
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

async function eventOf(db: Client, id: string): Promise<string> {
  return ask(db, 'select outbox.delivery_body(e, 0) from outbox.events as e where e.id = $1', [id])
}

/** The subject of an event with this key. */
async function subjectOf(db: Client, key: string | null): Promise<unknown> {
  const id = await ask<string>(db, `select outbox.emit('a.b', '{}', $1)`, [key])
  return (JSON.parse(await eventOf(db, id)) as { subject?: unknown }).subject
}

describe('a CloudEvent', () => {
  test('has the attributes of the specification, and the data as the exact text', async ({ db }) => {
    const data = '{ "n" : 9007199254740993, "s":"\\u0000" }'
    const id = await ask<string>(db, `select outbox.emit('ticket.created', $1, '42', 'acme')`, [data])
    const text = await eventOf(db, id)
    const event = JSON.parse(text) as Record<string, unknown>
    expect(Object.keys(event)).toEqual([
      'specversion',
      'id',
      'source',
      'type',
      'subject',
      'time',
      'datacontenttype',
      'data',
    ])
    expect(event).toMatchObject({
      specversion: '1.0',
      id,
      source: expect.stringMatching(URI),
      type: 'ticket.created',
      subject: '42',
      time: expect.stringMatching(RFC_3339),
      datacontenttype: 'application/json',
    })
    expect(text.endsWith(`,"data":${data}}`)).toBe(true)
    expect(new Date(String(event['time'])).getTime()).toBeCloseTo(Date.now(), -5)
    const body = await ask<string>(db, 'select outbox.body(e) from outbox.events as e where e.id = $1', [id])
    expect(event['time']).toBe((JSON.parse(body) as { timestamp: string }).timestamp)
  })

  test('has the key as its subject where that is text as CloudEvents has it, and else none', async ({ db }) => {
    for (const key of ['42', 'a "quoted" \\ key/ü🌱', '[7, 1]', '["a\\nb", 1]', ' ', '\u00a0', '\ufffd'])
      expect(await subjectOf(db, key)).toBe(key)
    for (const key of [null, '', 'a\nb', '\u0001', '\u007f', 'a\u0085', '\ufdd0', '\uffff'])
      expect(await subjectOf(db, key)).toBeUndefined()
    for (let code = 1; code < 0x1_00_00; code += code < 0x300 ? 1 : 251) {
      if (code >= 0xd800 && code < 0xe000) continue
      const key = `a${String.fromCodePoint(code)}`
      expect(await subjectOf(db, key), code.toString(16)).toBe(NO_STRING.test(key) ? undefined : key)
    }
  })

  test('comes from the same source for ever, whatever the database is called', async ({
    db,
    database,
    connect,
    emptyDatabase,
  }) => {
    const id = await emit(db)
    const before = await eventOf(db, id)
    await db.end()
    const elsewhere = await connect(emptyDatabase.url)
    await elsewhere.query(`alter database "${database.name}" rename to "${database.name}_renamed"`)
    try {
      const renamed = await connect(`${database.url}_renamed`)
      expect(await eventOf(renamed, id)).toBe(before)
      await renamed.end()
    } finally {
      await elsewhere.query(`alter database "${database.name}_renamed" rename to "${database.name}"`)
    }
  })

  test('is what a webhook of the format asks for, whatever it was before', async ({ db }) => {
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const template = () => ask(db, 'select template_id from outbox.webhooks')
    expect(await template()).toBeNull()
    await db.query(`update outbox.webhooks set format = 'cloudevents'`)
    expect(await template()).toBe(0)
    await db.query(`update outbox.webhooks set format = 'standard'`)
    expect(await template()).toBeNull()
  })
})
