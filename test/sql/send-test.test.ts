/** outbox.send_test: a test event for one webhook, written, matched and explained like any other. */
import type { Client } from '../../sql/db.ts'
import { events, refusal } from '../support/events.ts'
import { explained, INSTANT } from '../support/explain.ts'
import { ask, describe, expect, makeWebhook, only, test, type Webhook } from '../support/world.ts'

function webhook(db: Client, wants: Partial<Webhook> = {}): Promise<string> {
  return makeWebhook(db, { url: 'http://127.0.0.1:9', ...wants })
}

interface Sent {
  event_id: string
  delivery_id: string
  will_be_sent: boolean
  reason: string
}

async function sendTest(db: Client, webhook_id: string, type?: string, data?: unknown): Promise<Sent> {
  const { rows } = await db.query<Sent>('select * from outbox.send_test($1, $2, $3)', [
    webhook_id,
    type,
    data === undefined ? undefined : JSON.stringify(data),
  ])
  return only(rows)
}

/** The type that a test of a webhook with these patterns has. */
async function typeFor(db: Client, patterns: string[]): Promise<string> {
  await sendTest(db, await webhook(db, { events: patterns }))
  return (await events(db)).at(-1)?.type ?? ''
}

describe('outbox.send_test', () => {
  test('writes an event of the type asked for, with the data given, for this webhook only', async ({ db }) => {
    const id = await webhook(db, { tenant: 'acme' })
    const other = await webhook(db)
    const sent = await sendTest(db, id, 'ticket.created', { n: 1 })
    expect(sent).toMatchObject({ will_be_sent: true, reason: 'not read yet; no relay is at work' })
    expect(await ask(db, 'select outbox.delivery_id($1, $2)', [sent.event_id, id])).toBe(sent.delivery_id)
    expect(await events(db)).toMatchObject([
      { type: 'ticket.created', key: null, tenant: 'acme', data: { n: 1 }, context: { test: true } },
    ])
    expect(await explained(db, sent.event_id, other)).toMatchObject({
      matched: false,
      reason: 'meant for another webhook only',
    })
  })

  test('has the example of the type as data, else a word', async ({ db }) => {
    const id = await webhook(db)
    await db.query(`insert into outbox.event_types (type) values ('invoice.paid')`)
    await sendTest(db, id, 'ticket.created')
    await sendTest(db, id, 'invoice.paid')
    expect((await events(db)).map(({ data }) => data)).toEqual([
      await ask(db, `select example from outbox.event_types where type = 'ticket.created'`),
      { test: true },
    ])
  })

  test.for<[patterns: string[], type: string]>([
    [['ticket.status_changed'], 'ticket.status_changed'],
    [['workflow.*', 'ticket.created'], 'workflow.completed'],
    [['ticket.*'], 'ticket.created'],
    // The first with an example, of all.
    [['*'], 'test.run_completed'],
    // Nobody has declared or written such a type.
    [['invoice.*'], 'invoice.test'],
    [['invoice.line.*'], 'invoice.line.test'],
    [['invoice.paid'], 'invoice.paid'],
  ])('to a webhook that wants %s is of the type %s', async ([patterns, type], { db }) => {
    expect(await typeFor(db, patterns)).toBe(type)
    const event = await ask<string>(db, 'select id from outbox.events')
    expect(await explained(db, event, await ask(db, 'select id from outbox.webhooks'))).toMatchObject({ matched: true })
  })

  test('prefers a type with an example to one without', async ({ db }) => {
    await db.query(`insert into outbox.event_types (type) values ('ticket.assigned')`)
    expect(await typeFor(db, ['ticket.*'])).toBe('ticket.created')
    await db.query('delete from outbox.event_types')
    expect(await typeFor(db, ['*'])).toBe('test')
  })

  test('says whether the webhook’s filter lets it through', async ({ db }) => {
    const id = await webhook(db, { events: ['ticket.*'], filter: '$.record.priority == "high"' })
    expect(await sendTest(db, id)).toMatchObject({ will_be_sent: true })
    expect(await sendTest(db, id, 'ticket.created', { record: { priority: 'low' } })).toMatchObject({
      will_be_sent: false,
      reason: 'filter is false: $."record"."priority" == "high" (it is "low")',
    })
    expect(await sendTest(db, await webhook(db, { events: ['workflow.*'] }), 'ticket.created')).toMatchObject({
      will_be_sent: false,
      reason: 'no pattern of {workflow.*} matches ticket.created',
    })
  })

  test('says that the webhook is disabled, or that it will be held', async ({ db }) => {
    const disabled = await webhook(db, { enabled: false })
    expect(await sendTest(db, disabled)).toMatchObject({
      will_be_sent: false,
      reason: expect.stringMatching(new RegExp(`^disabled since ${INSTANT}$`)),
    })
    const paused = await webhook(db)
    await db.query('select outbox.pause($1)', [paused])
    expect(await sendTest(db, paused)).toMatchObject({
      will_be_sent: true,
      reason: expect.stringMatching(
        new RegExp(`^not read yet; no relay is at work; will be held: the webhook is paused since ${INSTANT}$`),
      ),
    })
    await db.query('select outbox.pause()')
    expect(await sendTest(db, await webhook(db))).toMatchObject({
      will_be_sent: true,
      reason: expect.stringMatching(new RegExp(`^not read yet; everything is paused since ${INSTANT}$`)),
    })
  })

  test('refuses what does not fit', async ({ db }) => {
    const id = await webhook(db)
    const call = (...values: unknown[]) => refusal(db.query('select * from outbox.send_test($1, $2, $3)', values))
    const unknown = '00000000-0000-0000-0000-000000000000'
    expect(await call(unknown, null, null)).toMatchObject({
      code: 'OB002',
      message: expect.stringContaining('"webhook_id"'),
    })
    expect(await call(null, null, null)).toMatchObject({ code: 'OB002' })
    expect(await call(id, 'a b', null)).toMatchObject({
      code: 'OB001',
      message: expect.stringContaining('"event_type"'),
    })
    expect(await call(id, 'ticket.*', null)).toMatchObject({
      code: 'OB001',
      message: expect.stringContaining('"event_type"'),
    })
    expect(await call(id, null, JSON.stringify('x'.repeat(300_000)))).toMatchObject({
      code: 'OB001',
      message: expect.stringContaining('"data" has 300002 bytes'),
    })
    expect(await events(db)).toEqual([])
  })

  test('refuses a type that strict settings do not know', async ({ db }) => {
    const id = await webhook(db, { events: ['ticket.*', 'invoice.paid'] })
    await db.query('update outbox.settings set strict_event_types = true')
    expect(await refusal(sendTest(db, id, 'invoice.paid'))).toMatchObject({
      code: 'OB001',
      message: `argument "event_type" is 'invoice.paid', which outbox.event_types does not hold`,
    })
    expect(await sendTest(db, id)).toMatchObject({ will_be_sent: true })
    expect((await events(db)).map(({ type }) => type)).toEqual(['ticket.created'])
  })

  test('is undone with its transaction, and does not depend on the session', async ({ db }) => {
    const id = await webhook(db, { filter: '$.at.datetime() < "2026-01-01T12:00:00+00:00".datetime()' })
    await db.query(`set timezone = 'Pacific/Auckland'; set search_path = pg_temp; begin`)
    expect(await sendTest(db, id, 'a.b', { at: '2026-01-01T11:30:00' })).toMatchObject({ will_be_sent: true })
    await db.query('rollback')
    expect(await ask(db, 'select count(*)::int from outbox.events')).toBe(0)
  })
})
