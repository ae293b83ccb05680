/** Who may ask what: tokens at the API, sessions at the pages. */
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { createAccess } from '../../admin/access/access.ts'
import type { Env, Scope } from '../../admin/access/actor.ts'
import { needs } from '../../admin/access/needs.ts'
import { createPool } from '../../admin/pool.ts'
import type { Client } from '../../sql/db.ts'
import { ask } from '../support/world.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { createTestLog, NO_RULES, testApp } from './support.ts'

const ADMIN_TOKEN = 'correct-horse-battery-staple-0123'

/** Routes that need a scope each, behind the gate. */
function guarded(database: { url: string }, rules = NO_RULES) {
  const pool = createPool({ url: database.url })
  onTestFinished(() => pool.close())
  const access = createAccess({ pool, log: createTestLog().log, rules })
  const app = new Hono<Env>()
  app.use(access.gate)
  for (const scope of ['read', 'write', 'admin'] as const)
    app.get(`/api/${scope}`, needs(scope), (c) => c.json(c.get('actor')))
  app.get('/metrics', (c) => c.text('up 1\n'))
  const get = (path: string, token?: string, scheme = 'Bearer') =>
    app.request(path, token === undefined ? {} : { headers: { authorization: `${scheme} ${token}` } })
  return { app, get }
}

function makeToken(db: Client, scope: Scope, name: string = scope): Promise<string> {
  return ask(db, 'select outbox.create_token($1, $2)', [name, scope])
}

describe('a token at the API', () => {
  test('lets in whoever has it, by the name that it has', async ({ database, db }) => {
    const { get } = guarded(database)
    const token = await makeToken(db, 'write', 'ci')
    const response = await get('/api/write', token)
    expect(await response.json()).toEqual({ name: 'ci', scope: 'write', door: 'api', address: null })
    expect((await get('/api/write', token, 'bearer')).status).toBe(200)
  })

  test.for([
    ['read', [200, 403, 403]],
    ['write', [200, 200, 403]],
    ['admin', [200, 200, 200]],
  ] as const)('of scope %s opens what the scope includes', async ([scope, expected], { database, db }) => {
    const { get } = guarded(database)
    const token = await makeToken(db, scope)
    const paths = ['/api/read', '/api/write', '/api/admin']
    expect(await Promise.all(paths.map(async (path) => (await get(path, token)).status))).toEqual(expected)
  })

  test('of a lesser scope is told which one is needed', async ({ database, db }) => {
    const response = await guarded(database).get('/api/admin', await makeToken(db, 'read', 'ci'))
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({
      type: 'urn:outbox:problem:forbidden',
      title: 'Forbidden',
      status: 403,
      detail: 'This needs the scope admin; the token "ci" has read.',
      code: 'forbidden',
      errors: [],
    })
  })

  test('is refused when it is unknown, revoked, expired or missing', async ({ database, db }) => {
    const { get } = guarded(database)
    const revoked = await makeToken(db, 'read', 'revoked')
    const expired = await makeToken(db, 'read', 'expired')
    for (const token of [revoked, expired]) expect((await get('/api/read', token)).status).toBe(200)
    await db.query(`select outbox.revoke_token(id) from outbox.api_tokens where name = 'revoked';
      update outbox.api_tokens set expires_at = now() where name = 'expired'`)
    for (const response of [
      await get('/api/read', 'obx_unknown'),
      await get('/api/read', revoked),
      await get('/api/read', expired),
      await get('/api/read', expired, 'Basic'),
      await get('/api/read'),
      await get('/api/no/such/route'),
    ]) {
      expect(response.status).toBe(401)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="outbox"/)
      expect(await response.json()).toMatchObject({ title: 'Unauthorized', status: 401 })
    }
  })

  test('is the one of the environment, too', async ({ database, db }) => {
    const { get } = guarded(database, { ...NO_RULES, admin_token: ADMIN_TOKEN })
    expect(await (await get('/api/admin', ADMIN_TOKEN)).json()).toMatchObject({
      name: 'OUTBOX_ADMIN_TOKEN',
      scope: 'admin',
    })
    expect((await get('/api/admin', `${ADMIN_TOKEN}4`)).status).toBe(401)
    expect((await get('/api/admin', await makeToken(db, 'admin'))).status).toBe(200)
  })

  test('can be guessed ten times a minute, without shutting out a client that is known', async ({ database, db }) => {
    const { get } = guarded(database)
    const [known, fresh] = [await makeToken(db, 'read', 'known'), await makeToken(db, 'read', 'fresh')]
    expect((await get('/api/read', known)).status).toBe(200)
    for (let guess = 0; guess < 10; guess += 1) expect((await get('/api/read', `obx_${guess}`)).status).toBe(401)
    const response = await get('/api/read', fresh)
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({ detail: expect.stringMatching(/^Too many wrong tokens; try again/) })
    expect((await get('/api/read', known)).status).toBe(200)
  })

  test('is the only way in: the cookie of the pages opens nothing there', async ({ database }) => {
    const { page } = testApp(database)
    expect((await page('/')).status).toBe(200)
    expect((await page('/api/v1/webhooks')).status).toBe(401)
  })

  test('opens no page', async ({ database }) => {
    const { api } = testApp(database)
    expect((await api('/')).status).toBe(303)
  })
})

describe('metrics', () => {
  test('are open to this machine', async ({ database }) => {
    expect((await guarded(database).get('/metrics')).status).toBe(200)
  })

  test('need a token where other machines reach the admin', async ({ database, db }) => {
    const { get } = guarded(database, { ...NO_RULES, loopback: false })
    expect((await get('/metrics')).status).toBe(401)
    expect((await get('/metrics', await makeToken(db, 'read'))).status).toBe(200)
  })
})

describe('a page', () => {
  test.each([
    ['/', '/login'.slice(1)],
    ['/deliveries/1?a=b', `../login?next=${encodeURIComponent('/deliveries/1?a=b')}`],
    ['/no/such/page', `../../login?next=${encodeURIComponent('/no/such/page')}`],
  ])('leads to the login without a session: %s', async (path, location) => {
    const { app } = testApp({ url: 'postgres://u@127.0.0.1:1/d' })
    const response = await app.request(path)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')?.replace(/^\.\//, '')).toBe(location)
  })

  test('is loaded anew where htmx asked for a part of it', async ({ database, db }) => {
    const { page, app } = testApp(database)
    expect((await page('/')).status).toBe(200)
    await db.query('delete from outbox.admin_sessions')
    const response = await app.request('/', { headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('hx-refresh')).toBe('true')
    expect(await response.text()).not.toContain('<form')
  })

  test('that needs more than one has is refused in words', async ({ database }) => {
    const { page } = testApp(database, { scope: 'read' })
    const { status, text } = await page('/access')
    expect(status).toBe(403)
    expect(text).toContain('This is for whoever is logged in as admin; you are viewer.')
  })

  test('is served with HSTS only where its address is https', async ({ database }) => {
    const header = async (admin_url: string | null) =>
      (await testApp(database, { rules: { admin_url } }).app.request('/login')).headers.get('strict-transport-security')
    expect(await header('https://outbox.example.com')).toBe('max-age=31536000')
    expect(await header('http://outbox.example.com')).toBeNull()
  })
})

describe('Host, where other machines reach the admin', () => {
  const rules = { loopback: false, admin_url: 'https://outbox.example.com' }

  test('is that of OUTBOX_ADMIN_URL; probes may use any', async ({ database }) => {
    const { page } = testApp(database, { rules, hosts: new Set(['outbox.example.com']) })
    expect((await page('http://outbox.example.com/login')).status).toBe(200)
    expect((await page('http://evil.test/login')).status).toBe(421)
    expect((await page('http://10.0.0.5:3000/livez')).status).toBe(200)
  })

  test('may be any without it', async ({ database }) => {
    const { page } = testApp(database, { rules: { ...rules, admin_url: null }, hosts: null })
    expect((await page('http://10.0.0.5:3000/login')).status).toBe(200)
  })
})
