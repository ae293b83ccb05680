/** The pages of the catalog of event types. */
import { describe, expect, test } from '../support/fixture.ts'
import { testApp } from './support.ts'

const HOSTILE = `<script>alert(1)</script>"><img src=x onerror=alert(1)>`
const SCHEMA = '{"type": "object", "required": ["number"]}'
const FIELDS = { type: 'invoice.paid', description: 'Money came.', schema: SCHEMA, example: '{"number": 1.10}' }

/** The cells of the row of a type, without tags. */
function cells(text: string, type: string): string[] {
  const row = text.split('<tr>').find((part) => part.includes(`>${type}</a></th>`)) ?? ''
  return Array.from(row.matchAll(/<td[^>]*>(.*?)<\/td>/gs), ([, cell]) => (cell ?? '').replace(/<[^>]*>/g, '').trim())
}

describe('the catalog', () => {
  test('shows each type under its noun, who wants it and how often it happened', async ({ database, db }) => {
    const { page } = testApp(database, { scope: 'read' })
    await db.query(
      `insert into outbox.event_types (type, description, schema) values ('invoice.paid', 'Money came.', '{}')`,
    )
    await db.query(`insert into outbox.webhooks (url, events, enabled) values
      ('https://a.example', '{invoice.*,invoice.paid}', true), ('https://b.example', '{*}', true), ('https://c.example', '{*}', false)`)
    await db.query(`select outbox.emit('invoice.paid', '{}') from generate_series(1, 3)`)
    const { status, text } = await page('/event-types')
    expect(status).toBe(200)
    expect(cells(text, 'invoice.paid')).toEqual(['Money came.', 'custom', 'schema', '2', '3'])
    expect(cells(text, 'ticket.created')).toEqual(['A ticket was inserted.', 'built in', 'example', '1', '0'])
    expect(Array.from(text.matchAll(/<h2>(\w+)<\/h2>/g), ([, noun]) => noun)).toEqual([
      'invoice',
      'test',
      'ticket',
      'workflow',
    ])
    expect(text).not.toContain('<textarea')
  })

  test('takes in a new type, as it was written', async ({ database, db }) => {
    const { post } = testApp(database, { scope: 'write' })
    const { status, location } = await post('/event-types', FIELDS)
    expect([status, location]).toEqual([303, './event-types/invoice.paid'])
    const { rows } = await db.query(
      `select description, schema::text as schema, example::text as example, source from outbox.event_types where type = 'invoice.paid'`,
    )
    expect(rows).toEqual([
      { description: 'Money came.', schema: SCHEMA, example: '{"number": 1.10}', source: 'custom' },
    ])
  })

  test.for([
    ['type', { type: 'invoice paid' }],
    ['type', { type: 'ticket.created' }],
    ['schema', { schema: '{"type": ' }],
    ['schema', { schema: '{"type": "objekt"}' }],
    ['example', { example: '{"number"}' }],
    ['example', { example: '{"nummer": 1}' }],
  ] as const)('shows at %s what is wrong, and keeps what was typed: %o', async ([name, fields], { database, db }) => {
    const { post } = testApp(database)
    const { status, text } = await post('/event-types', { ...FIELDS, ...fields })
    expect(status).toBe(422)
    expect(text.match(/id="[a-z]+-fault"/g)).toEqual([`id="${name}-fault"`])
    expect(text).toContain(Object.values(fields)[0]?.replaceAll('"', '&quot;'))
    expect(text).toContain('Money came.')
    expect((await db.query(`select from outbox.event_types where type = 'invoice.paid'`)).rows).toHaveLength(0)
  })
})

describe('an event type', () => {
  test('shows its example, its schema, and who wants it', async ({ database, db }) => {
    const { page } = testApp(database, { scope: 'read' })
    await db.query(`insert into outbox.webhooks (url, events) values ('https://a.example/secret-path', '{ticket.*}')`)
    await db.query(`update outbox.event_types set schema = $1 where type = 'ticket.created'`, [SCHEMA])
    const { status, text } = await page('/event-types/ticket.created')
    expect(status).toBe(200)
    for (const part of ['The login page shows an error', '&quot;required&quot;', 'a.example'])
      expect(text).toContain(part)
    expect(text).not.toContain('secret-path')
    expect(text).not.toContain('<textarea')
  })

  test('is described, and what is left empty is taken away', async ({ database, db }) => {
    const { post } = testApp(database, { scope: 'write' })
    const fields = { description: 'Somebody wrote to us.', schema: SCHEMA, example: '' }
    const { status } = await post('/event-types/ticket.created', fields)
    expect(status).toBe(303)
    const { rows } = await db.query(
      `select description, schema::text as schema, example, source from outbox.event_types where type = 'ticket.created'`,
    )
    expect(rows).toEqual([{ ...fields, example: null, source: 'built in' }])
    const { rows: audit } = await db.query(`select action, actor from outbox.audit_log`)
    expect(audit).toEqual([{ action: 'event_type.updated', actor: 'ada' }])
  })

  test('keeps what was typed where that is wrong', async ({ database, db }) => {
    const { post } = testApp(database)
    const { status, text } = await post('/event-types/ticket.created', {
      description: 'new',
      schema: SCHEMA,
      example: '{}',
    })
    expect([status, text.includes('example-fault'), text.includes('value="new"')]).toEqual([422, true, true])
    expect((await db.query(`select from outbox.event_types where description = 'new'`)).rows).toHaveLength(0)
  })

  test('is deleted when it is a custom one, and no other', async ({ database, db }) => {
    const { page, post } = testApp(database, { scope: 'write' })
    await db.query(`insert into outbox.event_types (type) values ('invoice.paid')`)
    expect((await page('/event-types/invoice.paid')).text).toContain('/delete"')
    expect((await page('/event-types/ticket.created')).text).not.toContain('/delete"')
    await post('/event-types/invoice.paid/delete')
    await post('/event-types/ticket.created/delete')
    const { rows } = await db.query(
      `select type from outbox.event_types where type in ('invoice.paid', 'ticket.created')`,
    )
    expect(rows).toEqual([{ type: 'ticket.created' }])
  })

  test('is changed by no viewer', async ({ database }) => {
    const { post } = testApp(database, { scope: 'read' })
    const statuses = [
      (await post('/event-types', FIELDS)).status,
      (await post('/event-types/ticket.created', FIELDS)).status,
      (await post('/event-types/ticket.created/delete')).status,
    ]
    expect(statuses).toEqual([403, 403, 403])
  })

  test('that is not there is not found', async ({ database }) => {
    const { page, post } = testApp(database)
    expect((await page('/event-types/no.such')).status).toBe(404)
    expect((await post('/event-types/no.such', { description: 'x' })).status).toBe(404)
  })
})

test('what people wrote stays text on every page of event types', async ({ database, db }) => {
  const { page, post } = testApp(database)
  const json = JSON.stringify({ description: HOSTILE })
  await db.query(`insert into outbox.event_types (type, description, schema, example) values ('a.b', $1, $2, $2)`, [
    HOSTILE,
    json,
  ])
  const texts = [
    (await page('/event-types')).text,
    (await page('/event-types/a.b')).text,
    (await post('/event-types', { type: HOSTILE, description: HOSTILE, schema: HOSTILE, example: HOSTILE })).text,
    (await post('/event-types/a.b', { description: HOSTILE, schema: '{"type": "<script>"}', example: HOSTILE })).text,
  ]
  for (const text of texts)
    expect([text.includes('&lt;script&gt;'), /<script>alert|<img src=x/.test(text)]).toEqual([true, false])
})
