/** Coming in by token or by link, and going. */
import { ownPath } from '../../admin/access/next.ts'
import { csrfToken } from '../../admin/access/csrf.ts'
import { ask } from '../support/world.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { NO_RULES, testApp, type TestAppOptions } from './support.ts'

const ADMIN_TOKEN = 'correct-horse-battery-staple-0123'

function browser(database: { url: string }, options: TestAppOptions = {}) {
  const { app, lines } = testApp(database, options)
  const get = (path: string, cookie = '', headers: Record<string, string> = {}) =>
    app.request(path, { headers: { cookie, ...headers } })
  const post = (path: string, fields: Record<string, string> = {}, cookie = '', headers: Record<string, string> = {}) =>
    app.request(path, { method: 'POST', body: new URLSearchParams(fields), headers: { cookie, ...headers } })
  return { get, post, lines }
}

/** As a browser sends it back. */
function cookieOf(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

describe('the login by token', () => {
  test('leads to the page that was asked for, with a session of the token’s name and scope', async ({
    database,
    db,
  }) => {
    const { get, post } = browser(database)
    expect(await (await get('/login?next=/deliveries/1')).text()).toContain('name="next" value="/deliveries/1"')
    const token = await ask<string>(db, `select outbox.create_token('ada', 'write')`)
    const response = await post('/login', { token: ` ${token}\n`, next: '/deliveries/1?a=b' })
    expect([response.status, response.headers.get('location')]).toEqual([303, './deliveries/1?a=b'])
    expect((await get('/', cookieOf(response))).status).toBe(200)
    const { rows } = await db.query('select name, scope, address from outbox.admin_sessions')
    expect(rows).toEqual([{ name: 'ada', scope: 'write', address: null }])
    const { rows: told } = await db.query(
      `select actor, door, action, after from outbox.audit_log order by id desc limit 1`,
    )
    expect(told).toEqual([{ actor: 'ada', door: 'page', action: 'session.started', after: { scope: 'write' } }])
  })

  test('keeps no cookie where it could be read: not in the database, not in the log', async ({ database, db }) => {
    const { post, lines } = browser(database)
    const token = await ask<string>(db, `select outbox.create_token('ada')`)
    const [, value = ''] = cookieOf(await post('/login', { token })).split('=')
    await post('/login', { token: 'obx_wrong' })
    expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const kept = await ask<string>(
      db,
      `select concat((select json_agg(s) from outbox.admin_sessions as s), (select json_agg(a) from outbox.audit_log as a))`,
    )
    for (const secret of [value, token, 'obx_wrong']) expect(`${kept}${JSON.stringify(lines)}`).not.toContain(secret)
  })

  test('sets a cookie that scripts and other sites do not get', async ({ database, db }) => {
    const token = await ask<string>(db, `select outbox.create_token('ada')`)
    const plain = await browser(database).post('/login', { token })
    expect(plain.headers.get('set-cookie')).toMatch(
      /^outbox_80=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const rules = { ...NO_RULES, admin_url: 'https://outbox.example.com' }
    const secure = await browser(database, { rules }).post('/login', { token })
    expect(secure.headers.get('set-cookie')).toMatch(
      /^__Host-outbox=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
  })

  test('takes the token of the environment, until that changes', async ({ database }) => {
    const before = browser(database, { rules: { admin_token: ADMIN_TOKEN } })
    const cookie = cookieOf(await before.post('/login', { token: ADMIN_TOKEN }))
    expect((await before.get('/', cookie)).status).toBe(200)
    const after = browser(database, { rules: { admin_token: `${ADMIN_TOKEN}-new` } })
    expect((await after.get('/', cookie)).status).toBe(303)
  })

  test('ends when its token is revoked', async ({ database, db }) => {
    const { get, post } = browser(database)
    const token = await ask<string>(db, `select outbox.create_token('ada')`)
    const cookie = cookieOf(await post('/login', { token }))
    expect((await get('/', cookie)).status).toBe(200)
    await db.query(`update outbox.api_tokens set revoked_at = now()`)
    expect((await get('/', cookie)).status).toBe(303)
  })

  test('refuses a wrong token in words, and without a cookie', async ({ database }) => {
    const response = await browser(database).post('/login', { token: '"><script>', next: '/a' })
    expect(response.status).toBe(401)
    expect(response.headers.get('set-cookie')).toBeNull()
    const text = await response.text()
    expect(text).toContain('This token is unknown, revoked or expired.')
    expect(text).toContain('name="next" value="/a"')
    expect(text).not.toContain('"><script>')
  })

  test('may be wrong ten times a minute', async ({ database, db }) => {
    const { post, lines } = browser(database)
    for (let guess = 0; guess < 10; guess += 1)
      expect((await post('/login', { token: `wrong ${guess}` })).status).toBe(401)
    const token = await ask<string>(db, `select outbox.create_token('ada')`)
    const response = await post('/login', { token })
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.text()).toMatch(/Too many wrong attempts. Try again in \d+ s./)
    expect(lines.filter(({ fact }) => fact === 'admin.token_refused')).toHaveLength(10)
  })

  test('is refused to a form of another site', async ({ database, db }) => {
    const token = await ask<string>(db, `select outbox.create_token('ada')`)
    const headers = { origin: 'https://evil.test' }
    const response = await browser(database).post('/login', { token }, '', headers)
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null])
  })

  test('is passed by whoever is logged in', async ({ database }) => {
    const { page } = testApp(database)
    expect((await page('/login?next=/deliveries/1')).status).toBe(303)
  })
})

describe('next', () => {
  test.each(['/', '/webhooks', '/deliveries/1?a=b%20c&d=//e', '/a:b'])('may be a path of our own: %s', (next) => {
    expect(ownPath(next)).toBe(next)
  })

  test.each([
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    'https://evil.test',
    'javascript:alert(1)',
    'evil.test',
    '',
    '/a\r\nset-cookie: b',
    '/\t/evil.test',
    '/a\\b',
  ])('is the overview for anything else: %j', (next) => {
    expect(ownPath(next)).toBe('/')
  })

  test('leads nowhere else after the login', async ({ database, db }) => {
    const token = await ask<string>(db, `select outbox.create_token('ada')`)
    const response = await browser(database).post('/login', { token, next: '//evil.test' })
    expect(response.headers.get('location')).toBe('./')
  })
})

describe('the login by link', () => {
  test('is not used up by looking, and works once', async ({ database, db }) => {
    const { get, post } = browser(database)
    const path = `/login/${await ask<string>(db, 'select outbox.create_login_link()')}`
    for (let look = 0; look < 2; look += 1)
      expect(await (await get(path)).text()).toContain('<button class="button primary">Log in</button>')
    const response = await post(path)
    expect([response.status, response.headers.get('location')]).toEqual([303, '../'])
    expect((await get('/', cookieOf(response))).status).toBe(200)
    const { rows } = await db.query('select name, scope from outbox.admin_sessions')
    expect(rows).toEqual([{ name: 'login link', scope: 'admin' }])
    const again = await post(path)
    expect([again.status, again.headers.get('set-cookie')]).toEqual([410, null])
    expect(await again.text()).toContain('outbox login')
  })

  test('stands in no log, also when the database is away', async () => {
    const { post, lines } = browser({ url: 'postgres://u@127.0.0.1:1/d' })
    expect((await post('/login/the-code')).status).toBe(503)
    expect(lines).toMatchObject([{ fact: 'admin.database_unavailable', fields: { path: '/login/…' } }])
    expect(JSON.stringify(lines)).not.toContain('the-code')
  })

  test('works once when it is used twice at the same time', async ({ database, db }) => {
    const { post } = browser(database)
    const path = `/login/${await ask<string>(db, 'select outbox.create_login_link()')}`
    const answers = await Promise.all(Array.from({ length: 4 }, async () => (await post(path)).status))
    expect(answers.toSorted((a, b) => a - b)).toEqual([303, 410, 410, 410])
  })

  test('can be guessed ten times a minute, and not by other sites', async ({ database, db }) => {
    const { post } = browser(database)
    const path = `/login/${await ask<string>(db, 'select outbox.create_login_link()')}`
    expect((await post(path, {}, '', { origin: 'https://evil.test' })).status).toBe(403)
    for (let guess = 0; guess < 10; guess += 1) expect((await post(`/login/${guess}`)).status).toBe(410)
    expect((await post(path)).status).toBe(429)
  })
})

describe('the logout', () => {
  test('ends the session, takes the cookie back, and is told', async ({ database, db }) => {
    const { get, post } = browser(database)
    const token = await ask<string>(db, `select outbox.create_token('ada')`)
    const cookie = cookieOf(await post('/login', { token }))
    expect((await post('/logout', {}, cookie)).status).toBe(403)
    const response = await post('/logout', { csrf: csrfToken(cookie.split('=')[1] ?? '') }, cookie)
    expect([response.status, response.headers.get('location')]).toEqual([303, './login'])
    expect(response.headers.get('set-cookie')).toMatch(/^outbox_80=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/)
    expect((await get('/', cookie)).status).toBe(303)
    const { rows } = await db.query('select actor, action from outbox.audit_log order by id desc limit 1')
    expect(rows).toEqual([{ actor: 'ada', action: 'session.ended' }])
  })
})
