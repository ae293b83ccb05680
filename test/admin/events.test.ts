/** The pages of events: the list, one of them, and the form that emits one. */
import { describe, expect, test } from '../support/fixture.ts'
import type { Client } from '../../sql/db.ts'
import { readAll } from '../support/explain.ts'
import { makeDelivery, makePending, makeWebhook, testApp } from './support.ts'

const HOSTILE = `<script>alert(1)</script>"><img src=x onerror=alert(1)>`

/** In one transaction; their ids in the order given. */
async function emit(db: Client, ...events: [type: string, data: string, key?: string | null, tenant?: string][]) {
  const ids: string[] = []
  await db.query('begin')
  for (const [type, data, key = null, tenant = null] of events) {
    const { rows } = await db.query<{ id: string }>('select outbox.emit($1, $2, $3, $4) as id', [
      type,
      data,
      key,
      tenant,
    ])
    ids.push(rows[0]?.id ?? '')
  }
  await db.query('commit')
  return ids
}

function listed(text: string): string[] {
  return Array.from(
    text.matchAll(/<th scope="row"><a href="[^"]*events\/[^"]+">([^<]*)<\/a>/g),
    ([, type]) => type ?? '',
  )
}

function unescaped(text: string): boolean {
  return /<script>alert|<img src=x/.test(text)
}

describe('the list of events', () => {
  test.for([
    ['', ['c.third', 'b.second', 'a.first']],
    ['?type=b.*', ['b.second']],
    ['?type=a.first,c.*', ['c.third', 'a.first']],
    ['?key=k1', ['a.first']],
    ['?tenant=acme', ['b.second']],
    ['?text=NEEDLE', ['c.third']],
    ['?since=2020-01-01&until=2020-01-02%2010:00', []],
    ['?since=2020-01-01T10:00', ['c.third', 'b.second', 'a.first']],
    ['?until=2020-01-01&type=%00', []],
  ] as const)('is filtered by its address: %s', async ([query, expected], { database, db }) => {
    const { page } = testApp(database, { scope: 'read' })
    await emit(db, ['a.first', '{}', 'k1'])
    await emit(db, ['b.second', '{}', 'k2', 'acme'])
    await emit(db, ['c.third', '{"a": "a needle"}'])
    const { status, text } = await page(`/events${query}`)
    expect([status, listed(text)]).toEqual([200, expected])
  })

  test.for([
    ['type', 'a b.%'],
    ['since', 'yesterday'],
    ['until', '2020-13-01'],
    ['text', 'x'.repeat(1_001)],
  ] as const)('shows at %s what is wrong with it, and keeps it', async ([name, value], { database }) => {
    const { page } = testApp(database)
    const { status, text } = await page(`/events?${new URLSearchParams({ [name]: value }).toString()}`)
    expect(status).toBe(422)
    expect(text).toContain(`id="${name}-fault"`)
    expect(text).toContain(`value="${value}"`)
  })

  test('a span that ends before it begins is refused', async ({ database }) => {
    const { status, text } = await testApp(database).page('/events?since=2020-02-01&until=2020-01-01')
    expect([status, text.includes('since-fault')]).toEqual([422, true])
  })

  test('goes on with what is older, with its filter', async ({ database, db }) => {
    const { page } = testApp(database)
    await db.query(`select outbox.emit('a.b', '{}', key => n::text) from generate_series(1, 60) as n`)
    const first = (await page('/events?type=a.*')).text
    expect(listed(first)).toHaveLength(50)
    const next = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&').replace('./', '/') ?? ''
    expect(next).toContain('type=a.*')
    const second = (await page(next)).text
    expect([listed(second).length, second.includes('rel="next"'), second.includes('>Newest</a>')]).toEqual([
      10,
      false,
      true,
    ])
  })

  test('teaches how an event comes about, and says when none is like that', async ({ database }) => {
    const { page } = testApp(database)
    const { text } = await page('/events')
    expect(text).toContain('outbox.watch(')
    expect(text).toContain('outbox.emit(')
    expect((await page('/events?key=none')).text).toContain('No such event')
  })

  test('offers to emit one to those who may', async ({ database }) => {
    expect((await testApp(database, { scope: 'read' }).page('/events')).text).not.toContain('events/new')
  })
})

describe('an event', () => {
  test('shows what it holds, and the others of its transaction', async ({ database, db }) => {
    const { page } = testApp(database, { scope: 'read' })
    await db.query(`set outbox.context = '{"actor": "ada"}'`)
    const [id] = await emit(db, ['a.first', '{"big": 12345678901234567890}', 'k1', 'acme'], ['a.sibling', '{}'])
    await emit(db, ['a.other', '{}'])
    const { status, text } = await page(`/events/${id}`)
    expect(status).toBe(200)
    for (const part of ['12345678901234567890', 'k1', 'acme', 'ada', id ?? '']) expect(text).toContain(part)
    expect(listed(text)).toEqual(['a.sibling'])
    expect(text).not.toContain('/send"')
  })

  test('tells who got it, and who did not and why', async ({ database, db }) => {
    const { page } = testApp(database)
    const got = await makeWebhook(db, { url: 'https://got.example/secret-path' })
    await db.query(`insert into outbox.webhooks (url, events) values ('https://other.example', '{invoice.*}')`)
    const delivery = await makeDelivery(db, { webhook_id: got, status: 'dead', response_status: 503 })
    const { rows } = await db.query<{ id: string }>('select event_id as id from outbox.settled_deliveries')
    const { text } = await page(`/events/${rows[0]?.id}`)
    expect(text).toContain(`deliveries/${delivery}`)
    expect(text).toContain(`webhooks/${got}`)
    expect(text).toContain('no pattern of {invoice.*} matches ticket.created')
    expect(text).toContain('503')
    expect(text).not.toContain('secret-path')
    expect(text.match(/\/send"/g)).toHaveLength(1)
  })

  test('is sent again to a webhook that has a delivery of it', async ({ database, db }) => {
    const { post } = testApp(database, { scope: 'write' })
    const webhook_id = await makeWebhook(db)
    const delivery_id = await makePending(db, webhook_id)
    const { rows } = await db.query<{ id: string }>('select event_id as id from outbox.pending_deliveries')
    const { status, location } = await post(`/events/${rows[0]?.id}/send`, { webhook_id, delivery_id })
    expect([status, location]).toEqual([303, `../../events/${rows[0]?.id}`])
    const { rows: due } = await db.query(
      'select from outbox.pending_deliveries where next_attempt_at <= clock_timestamp()',
    )
    expect(due).toHaveLength(1)
  })

  test('is sent to a webhook that came later, and to no other', async ({ database, db }) => {
    const { post } = testApp(database, { scope: 'write' })
    const [id] = await emit(db, ['a.first', '{}'])
    await readAll(db)
    const late = await makeWebhook(db)
    const { rows } = await db.query<{ id: string }>(
      `insert into outbox.webhooks (url, events) values ('https://x.example', '{b.*}') returning id`,
    )
    await post(`/events/${id}/send`, { webhook_id: rows[0]?.id ?? '' })
    expect((await db.query('select from outbox.replays')).rows).toHaveLength(0)
    await post(`/events/${id}/send`, { webhook_id: late })
    expect((await db.query('select webhook_id, which from outbox.replays')).rows).toEqual([
      { webhook_id: late, which: 'missed' },
    ])
  })

  test.for(['/events/nothing', '/events/01900000-0000-7000-8000-000000000000'])(
    '%s is not there',
    async (path, { database }) => {
      expect((await testApp(database).page(path)).status).toBe(404)
    },
  )
})

describe('the form that emits an event', () => {
  test('writes it, in the name of whoever sent it', async ({ database, db }) => {
    const { post } = testApp(database, { scope: 'write' })
    const data = '{"n": 12345678901234567890}'
    const { status, location } = await post('/events', { type: 'invoice.paid', key: '17', tenant: '', data })
    const { rows } = await db.query('select id, key, tenant, data::text as data from outbox.events')
    expect(rows).toEqual([{ id: expect.any(String), key: '17', tenant: null, data }])
    expect([status, location]).toEqual([303, `./events/${rows[0]?.id}`])
  })

  test.for([
    ['data', { type: 'a.b', data: '{"a":' }],
    ['data', { type: 'a.b', data: '' }],
    ['type', { type: 'a b', data: '{"kept": 1}' }],
    ['data', { type: 'invoice.paid', data: '{"kept": 1}', check: 'on' }],
  ] as const)('shows at %s what is wrong, and keeps what was typed: %o', async ([name, fields], { database, db }) => {
    const { post } = testApp(database)
    await db.query(`insert into outbox.event_types (type, schema) values ('invoice.paid', '{"required": ["number"]}')`)
    const { status, text } = await post('/events', fields)
    expect(status).toBe(422)
    expect(text).toContain(`id="${name}-fault"`)
    expect(text).toContain(fields.data.replaceAll('"', '&quot;'))
    expect((await db.query('select from outbox.events')).rows).toHaveLength(0)
  })

  test('does not ask for the schema where it is told not to', async ({ database, db }) => {
    const { post } = testApp(database)
    await db.query(`insert into outbox.event_types (type, schema) values ('invoice.paid', '{"required": ["number"]}')`)
    expect((await post('/events', { type: 'invoice.paid', data: '{}' })).status).toBe(303)
  })

  test('begins with the example of the type', async ({ database }) => {
    expect((await testApp(database).page('/events/new?type=ticket.created')).text).toContain(
      'The login page shows an error',
    )
  })

  test('is not for viewers', async ({ database }) => {
    const { page, post } = testApp(database, { scope: 'read' })
    const statuses = [
      (await page('/events/new')).status,
      (await post('/events', { type: 'a.b', data: '{}' })).status,
      (await post('/events/01900000-0000-7000-8000-000000000000/send')).status,
    ]
    expect(statuses).toEqual([403, 403, 403])
  })
})

test('what people wrote stays text on every page of events', async ({ database, db }) => {
  const { page, post } = testApp(database)
  await db.query(`select set_config('outbox.context', $1, false)`, [JSON.stringify({ a: HOSTILE })])
  const [id] = await emit(db, ['a.b', JSON.stringify({ [HOSTILE]: HOSTILE }), HOSTILE, HOSTILE])
  const texts = [
    (await page('/events')).text,
    (
      await page(
        `/events?${new URLSearchParams({ type: HOSTILE, key: HOSTILE, since: HOSTILE, txid: HOSTILE }).toString()}`,
      )
    ).text,
    (await page(`/events/${id}`)).text,
    (await page(`/events/new?type=${encodeURIComponent(HOSTILE)}`)).text,
    (await post('/events', { type: HOSTILE, key: HOSTILE, tenant: HOSTILE, data: HOSTILE })).text,
  ]
  for (const text of texts) expect([text.includes('&lt;script&gt;'), unescaped(text)]).toEqual([true, false])
})
