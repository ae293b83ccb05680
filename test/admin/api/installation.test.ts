/** Tokens, the audit log, watches, health. */
import { expect, test } from '../../support/fixture.ts'
import { testApi } from './support.ts'

test('a token is made, told once, used and revoked', async ({ database }) => {
  const { get, post, send } = testApi(database)
  const key = { 'idempotency-key': 't' }
  const made = await post('/tokens', { name: 'ci', scope: 'write' }, key)
  expect(made.status).toBe(201)
  expect((await post('/tokens', { name: 'ci', scope: 'write' }, key)).body).not.toHaveProperty('token')
  const authorization = `Bearer ${made.body.token}`
  expect((await send('GET', '/me', undefined, { authorization })).body).toEqual({ name: 'ci', scope: 'write' })
  expect((await get('/tokens')).body.data.map((row: { name: string }) => row.name)).toEqual(['ci', 'ada'])
  expect((await get('/tokens')).text).not.toContain(made.body.token)
  expect((await send('DELETE', `/tokens/${made.body.id}`)).status).toBe(204)
  expect((await send('GET', '/me', undefined, { authorization })).status).toBe(401)
  expect((await post('/tokens', { name: 'ada' })).body.errors[0].field).toBe('name')
  expect((await post('/tokens', { name: 'x', expires_at: '2020-01-01T00:00:00Z' })).body.errors[0].field).toBe(
    'expires_at',
  )
  expect((await post('/tokens', { name: 'x', scope: 'root' })).body.errors[0].field).toBe('scope')
})

test('the audit log tells who changed what, page by page', async ({ database }) => {
  const { get, post, send } = testApi(database)
  const { id } = (await post('/webhooks', { url: 'https://example.com' })).body
  await send('PATCH', `/webhooks/${id}`, { description: 'new' })
  const first = await get('/audit?limit=1')
  expect(first.body.data).toMatchObject([
    { actor: 'ada', door: 'api', action: 'webhook.updated', object_id: id, after: { description: 'new' } },
  ])
  const second = await get(`/audit?cursor=${first.body.next_cursor}`)
  expect(second.body.data[0].action).toBe('webhook.created')
  expect((await get('/audit?action=webhook&actor=nobody')).body.data).toEqual([])
})

test('tokens and the audit log are for admins', async ({ database }) => {
  const { get, post } = testApi(database, { scope: 'write' })
  for (const path of ['/tokens', '/audit']) expect((await get(path)).status).toBe(403)
  expect((await post('/tokens', { name: 'x' })).status).toBe(403)
})

test('watches and health are read', async ({ database, db }) => {
  const { get } = testApi(database)
  await db.query(
    `create table public.orders (id integer primary key); select outbox.watch('public.orders', 'order.created', 'insert')`,
  )
  expect((await get('/watches')).body.data).toMatchObject([
    { relation: 'public.orders', event_type: 'order.created', operation: 'insert' },
  ])
  const { body } = await get('/health')
  expect(body.findings[0].severity).toBe(body.status)
})
