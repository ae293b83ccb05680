/** /webhooks. */
import { describe, expect, test } from '../../support/fixture.ts'
import { ask } from '../../support/world.ts'
import { testApi } from './support.ts'

const URL = 'https://example.com/hook'

describe('registering a webhook', () => {
  test('answers the secret once, the address and the version', async ({ database, db }) => {
    const { get, post } = testApi(database)
    const made = await post('/webhooks', {
      url: URL,
      timeout: 2.5,
      retry_schedule: [5, '5 min'],
      headers: { 'X-Key': 'k1' },
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      url: URL,
      events: ['*'],
      timeout: 2.5,
      retry_schedule: [5, 300],
      headers: { 'X-Key': '***' },
    })
    expect(made.body.secret).toMatch(/^whsec_/)
    expect(made.headers.get('location')).toBe(`/api/v1/webhooks/${made.body.id}`)
    expect(made.headers.get('etag')).toBe('"1"')
    expect(await ask(db, 'select secret from outbox.webhook_secrets where webhook_id = $1', [made.body.id])).toBe(
      made.body.secret,
    )
    const read = await get(`/webhooks/${made.body.id}`)
    const { secret: _, ...rest } = made.body
    expect(read.body).toEqual(rest)
    expect(await ask(db, `select actor || ' ' || door from outbox.audit_log where action = 'webhook.created'`)).toBe(
      'ada api',
    )
  })

  test('takes a secret that is given, and warns of what matches nothing', async ({ database }) => {
    const { post } = testApi(database)
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const made = await post('/webhooks', { url: URL, secret, events: ['ticket.craeted'] })
    expect(made.body.secret).toBe(secret)
    expect(made.body.warnings).toEqual([
      { message: expect.stringContaining('ticket.craeted'), hint: expect.stringContaining('ticket.created') },
    ])
  })

  test.for([
    [{ url: 'ftp://x' }, 'url'],
    [{}, 'url'],
    [{ url: URL, filter: '$.a ==' }, 'filter'],
    [{ url: URL, timeout: 'soon' }, 'timeout'],
    [{ url: URL, timeout: 900 }, 'timeout'],
    [{ url: URL, retry_schedule: ['later'] }, 'retry_schedule'],
    [{ url: URL, events: [] }, 'events'],
    [{ url: URL, colour: 1 }, 'colour'],
    [{ url: URL, rate_limit: 0 }, 'rate_limit'],
    [{ url: URL, headers: { 'X-A': 1 } }, 'headers.X-A'],
    [{ url: URL, description: 'a\0b' }, 'description'],
    [{ url: URL, secret: 'x' }, 'secret'],
    [{ url: URL, format: 'xml' }, 'format'],
  ] as const)('names the field that is wrong: %j', async ([body, field], { database }) => {
    const { post } = testApi(database)
    const told = await post('/webhooks', body)
    expect(told.status).toBe(422)
    expect(told.body.errors[0].field).toBe(field)
    expect(told.headers.get('content-type')).toBe('application/problem+json')
  })
})

describe('changing a webhook', () => {
  test('merges what is given; null is the default', async ({ database }) => {
    const { post, send } = testApi(database)
    const { id } = (
      await post('/webhooks', { url: URL, max_in_flight: 3, description: 'd', headers: { 'X-A': 'a', 'X-B': 'b' } })
    ).body
    const told = await send('PATCH', `/webhooks/${id}`, { max_in_flight: null, headers: { 'x-a': null, 'X-C': 'c' } })
    expect(told.status).toBe(200)
    expect(told.body).toMatchObject({
      max_in_flight: 10,
      description: 'd',
      headers: { 'X-B': '***', 'X-C': '***' },
      version: 2,
    })
    expect(told.headers.get('etag')).toBe('"2"')
  })

  test('is refused when it is based on another version', async ({ database }) => {
    const { post, send } = testApi(database)
    const { id } = (await post('/webhooks', { url: URL })).body
    const change = (tag: string) => send('PATCH', `/webhooks/${id}`, { description: tag }, { 'if-match': tag })
    expect((await change('"1"')).status).toBe(200)
    const told = await change('"1"')
    expect(told.status).toBe(412)
    expect(told.body.detail).toContain('"2"')
    expect((await change('*')).status).toBe(200)
  })

  test('cannot touch what the database keeps', async ({ database }) => {
    const { post, send } = testApi(database)
    const { id } = (await post('/webhooks', { url: URL })).body
    const told = await send('PATCH', `/webhooks/${id}`, { version: 9, id: 'x' })
    expect(told.status).toBe(422)
    expect(told.body.errors.map((error: { field: string }) => error.field)).toEqual(['version', 'id'])
  })
})

test('a deleted webhook is gone', async ({ database }) => {
  const { get, post, send } = testApi(database)
  const { id } = (await post('/webhooks', { url: URL })).body
  expect((await send('DELETE', `/webhooks/${id}`)).status).toBe(204)
  expect((await send('DELETE', `/webhooks/${id}`)).status).toBe(404)
  expect((await get(`/webhooks/${id}`)).status).toBe(404)
  expect((await get('/webhooks/none')).status).toBe(404)
})

test('webhooks are listed page by page, the newest first, each once', async ({ database, db }) => {
  const { get } = testApi(database)
  // Made by one statement, they have the same time.
  await db.query(
    `insert into outbox.webhooks (url, enabled) select 'https://example.com/' || n, n <> 3 from generate_series(1, 5) as n`,
  )
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const { body } = await get(`/webhooks?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)
    seen.push(...body.data.map((row: { url: string }) => row.url))
    cursor = body.next_cursor
  } while (cursor !== null)
  expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5].map((n) => `https://example.com/${n}`))
  expect((await get('/webhooks?enabled=false')).body.data).toHaveLength(1)
  expect((await get('/webhooks?cursor=xyz')).body.errors[0].field).toBe('cursor')
  expect((await get('/webhooks?limit=0')).body.errors[0].field).toBe('limit')
  expect((await get('/webhooks?color=1')).body.errors[0].field).toBe('color')
})
