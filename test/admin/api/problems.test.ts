/** What is refused before an operation looks at it. */
import { expect, test } from '../../support/fixture.ts'
import { testApi } from './support.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

test.for([
  ['GET', '/nothing', undefined, {}, 404, 'not_found'],
  ['PUT', '/webhooks', '{}', {}, 405, 'method_not_allowed'],
  ['POST', '/webhooks', '{', JSON_TYPE, 400, 'malformed'],
  [
    'POST',
    '/webhooks',
    'url=x',
    { 'content-type': 'application/x-www-form-urlencoded' },
    415,
    'unsupported_media_type',
  ],
  ['POST', '/webhooks', '[]', JSON_TYPE, 422, 'invalid'],
  ['POST', '/webhooks', '{}', { ...JSON_TYPE, 'content-length': '99999999' }, 413, 'too_large'],
  ['GET', '/webhooks', undefined, { authorization: 'Bearer nonsense' }, 401, 'unauthorized'],
] as const)('%s %s %s is a problem of its kind', async ([method, path, body, headers, status, code], { database }) => {
  const { send } = testApi(database)
  const told = await send(method, path, body, headers)
  expect(told.status).toBe(status)
  expect(told.headers.get('content-type')).toBe('application/problem+json')
  expect(told.body).toMatchObject({ type: `urn:outbox:problem:${code}`, status, code, detail: expect.any(String) })
})

test('what is allowed is told to whoever asks for what is not', async ({ database }) => {
  const { send } = testApi(database)
  expect((await send('PUT', '/webhooks')).headers.get('allow')).toBe('GET, POST')
})

test('a scope that is too small is told', async ({ database }) => {
  const { get, post } = testApi(database, { scope: 'read' })
  expect((await get('/webhooks')).status).toBe(200)
  const told = await post('/webhooks', { url: 'https://example.com' })
  expect(told.status).toBe(403)
  expect(told.body.code).toBe('forbidden')
})

test('a fault of ours tells nothing of it', async ({ database, db }) => {
  const { post } = testApi(database)
  await db.query(`create function public.fails() returns trigger language plpgsql as 'begin raise exception ''inner secret''; end';
    create trigger fails before insert on outbox.webhooks for each row execute function public.fails()`)
  const told = await post('/webhooks', { url: 'https://example.com' })
  expect(told.status).toBe(500)
  expect(told.text).not.toContain('secret')
})

test('a database that is away is told, with when to ask again', async ({ database, db }) => {
  const { get } = testApi(database)
  expect((await get('/webhooks')).status).toBe(200)
  await db.query('alter table outbox.webhooks rename to gone')
  const told = await get('/webhooks')
  expect(told.status).toBe(503)
  expect(told.headers.get('retry-after')).toBe('5')
})
