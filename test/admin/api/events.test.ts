/** Events and their types. */
import { expect, test } from '../../support/fixture.ts'
import { ask } from '../../support/world.ts'
import { makeWebhook } from '../support.ts'
import { testApi } from './support.ts'

const SCHEMA = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } }

test('a custom event keeps every digit, there and back', async ({ database, db }) => {
  const { get, post } = testApi(database)
  const data = '{"n": 12345678901234567890.10,  "e": 1e400}'
  const made = await post('/events', `{"type": "order.shipped", "key": "7", "tenant": "t", "data": ${data}}`)
  expect(made.status).toBe(201)
  expect(await ask(db, 'select data::text from outbox.events where id = $1', [made.body.id])).toBe(data)
  const path = made.headers.get('location')?.replace('/api/v1', '') ?? ''
  expect((await get(path)).text).toContain(`"data":${data}`)
})

test('an event tells who gets it and who does not, and why', async ({ database, db }) => {
  const { get, post } = testApi(database)
  await makeWebhook(db)
  await db.query(`insert into outbox.webhooks (url, events) values ('https://example.com/no', '{ticket.created}')`)
  const { id } = (await post('/events', { type: 'order.shipped', data: {} })).body
  const { webhooks } = (await get(`/events/${id}`)).body
  expect(webhooks.map((row: { matched: boolean }) => row.matched)).toEqual([true, false])
  expect(webhooks[1].reason).toContain('order.shipped')
  expect((await get('/events?event_types=order.*&key=none')).body.data).toEqual([])
  expect((await get('/events?event_types=order.*')).body.data).toMatchObject([
    { id, type: 'order.shipped', data_bytes: 2 },
  ])
  expect((await get(`/events/${id.replace(/^./, 'f')}`)).status).toBe(404)
})

test('an idempotency key of the event makes no second one', async ({ database, db }) => {
  const { post } = testApi(database)
  const event = { type: 'order.shipped', data: {}, idempotency_key: 'k' }
  const ids = [(await post('/events', event)).body.id, (await post('/events', event)).body.id]
  expect(ids[0]).toBe(ids[1])
  expect(await ask(db, 'select count(*)::integer from outbox.events')).toBe(1)
})

test.for([
  [{ type: 'order.shipped' }, 'data'],
  [{ type: 'order shipped', data: {} }, 'type'],
  [{ type: 'order.shipped', data: {}, kee: 1 }, 'kee'],
  [{ type: 'order.shipped', data: 'x'.repeat(300_000) }, 'data'],
  [{ type: 'order.unknown', data: {}, validate: true }, 'type'],
] as const)('the field that is wrong is named: %#', async ([event, field], { database }) => {
  const told = await testApi(database).post('/events', event)
  expect(told.status).toBe(422)
  expect(told.body.errors[0].field).toBe(field)
})

test('data is checked against the schema of its type when asked', async ({ database }) => {
  const { post } = testApi(database)
  expect((await post('/event-types', { type: 'order.shipped', schema: SCHEMA, example: { id: 1 } })).status).toBe(201)
  const emit = (data: unknown, validate: boolean) => post('/events', { type: 'order.shipped', data, validate })
  expect((await emit({ id: 1 }, true)).status).toBe(201)
  const told = await emit({ id: 'x' }, true)
  expect(told.status).toBe(422)
  expect(told.body.errors.map((error: { field: string }) => error.field)).toContain('data.id')
  expect((await emit({ id: 'x' }, false)).status).toBe(201)
})

test('event types are defined, read, changed and taken out', async ({ database }) => {
  const { get, post, send } = testApi(database)
  const made = await post('/event-types', '{"type": "a.b", "example": {"n": 12345678901234567890}}')
  expect(made.text).toContain('"example":{"n": 12345678901234567890}')
  expect((await post('/event-types', { type: 'a.b' })).status).toBe(409)
  expect((await post('/event-types', { type: 'a b' })).body.errors[0].field).toBe('type')
  expect((await post('/event-types', { type: 'a.c', schema: SCHEMA, example: {} })).body.errors[0].field).toBe(
    'example',
  )
  expect((await post('/event-types', { type: 'a.c', schema: 7 })).body.errors[0].field).toBe('schema')
  expect((await get('/event-types/a.c')).status).toBe(404)
  const changed = await send('PATCH', '/event-types/a.b', { description: 'd', example: null })
  expect(changed.body).toMatchObject({ type: 'a.b', description: 'd', example: null, schema: null, source: 'custom' })
  expect((await send('PATCH', '/event-types/a.b', { schema: SCHEMA })).body).toMatchObject({
    description: 'd',
    schema: SCHEMA,
  })
  const first = await get('/event-types?limit=1')
  expect(first.body.data[0].type).toBe('a.b')
  expect((await get(`/event-types?limit=1&cursor=${first.body.next_cursor}`)).body.data[0].type).toBe(
    'test.run_completed',
  )
  expect((await send('DELETE', '/event-types/a.b')).status).toBe(204)
  expect((await send('DELETE', '/event-types/a.b')).status).toBe(404)
})
