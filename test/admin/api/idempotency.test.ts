/** Idempotency-Key. */
import { expect, test } from '../../support/fixture.ts'
import { ask } from '../../support/world.ts'
import { testApi } from './support.ts'

const webhook = { url: 'https://example.com/hook' }
const KEY = { 'idempotency-key': 'k1' }

test('a request that is sent twice is done once, and tells its secret once', async ({ database, db }) => {
  const { post } = testApi(database)
  const first = await post('/webhooks', webhook, KEY)
  const second = await post('/webhooks', webhook, KEY)
  const { secret: _, ...rest } = first.body
  expect(second.status).toBe(201)
  expect(second.body).toEqual(rest)
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(second.headers.get('location')).toBe(first.headers.get('location'))
  expect(await ask(db, 'select count(*)::integer from outbox.webhooks')).toBe(1)
  expect(await ask(db, 'select count(*)::integer from outbox.api_requests where result::text ~ $1', ['whsec'])).toBe(0)
})

test('of two at once, one is done', async ({ database, db }) => {
  const { post } = testApi(database)
  const told = await Promise.all([1, 2, 3].map(() => post('/webhooks', webhook, KEY)))
  expect(told.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(new Set(told.map(({ body }) => body.id)).size).toBe(1)
  expect(await ask(db, 'select count(*)::integer from outbox.webhooks')).toBe(1)
})

test('a key that comes with another request is refused', async ({ database }) => {
  const { post } = testApi(database)
  await post('/webhooks', webhook, KEY)
  const told = await post('/webhooks', { url: 'https://example.com/other' }, KEY)
  expect(told.status).toBe(422)
  expect(told.body.errors[0].field).toBe('Idempotency-Key')
})

test('a request that was refused can be mended under its key', async ({ database }) => {
  const { post } = testApi(database)
  expect((await post('/webhooks', { url: 'x' }, KEY)).status).toBe(422)
  expect((await post('/webhooks', webhook, KEY)).status).toBe(201)
})
