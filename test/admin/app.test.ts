import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { assets } from '../../admin/assets.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { databaseUrl } from '../support/names.ts'
import { testApp } from './support.ts'

/** Accepts connections and never says a word, as a database behind a dead network. */
async function silentServer(): Promise<string> {
  const server = createServer((socket) => onTestFinished(() => void socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `postgres://u@127.0.0.1:${(server.address() as AddressInfo).port}/d`
}

const NOBODY = 'postgres://admin:hush@127.0.0.1:1/d'

describe('readyz', () => {
  test('is 200 while the database answers', async ({ database }) => {
    expect(await testApp(database).page('/readyz')).toEqual({ status: 200, text: 'ready\n' })
  })

  test('is 503 with a plain reason while there is no database, and livez is 200', async () => {
    const { page } = testApp({ url: NOBODY })
    expect(await page('/readyz')).toEqual({
      status: 503,
      text: 'not ready: Postgres cannot be reached: nothing listens at its address.\n',
    })
    expect(await page('/livez')).toEqual({ status: 200, text: 'live\n' })
  })

  test('is 503 after a second when the database is silent', async () => {
    const { app } = testApp({ url: await silentServer() })
    const begun = performance.now()
    const response = await app.request('/readyz')
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('not ready: Postgres did not answer within 1 s.\n')
    // The second, and some room for a busy machine; the connection attempt alone would take 3 s.
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  test('recovers after all connections were cut', async ({ database, db }) => {
    const { page } = testApp(database)
    const cut = `select pg_terminate_backend(pid, 5000) from pg_stat_activity
                 where datname = current_database() and application_name = 'outbox admin'`
    expect((await page('/readyz')).status).toBe(200)
    expect((await db.query(cut)).rowCount).toBe(1)
    await expect.poll(async () => (await page('/readyz')).status).toBe(200)
  })
})

describe('a page without a database', () => {
  test('is 503 and tells no address, user or password', async () => {
    const { page, lines } = testApp({ url: NOBODY })
    const { status, text } = await page('/')
    expect(status).toBe(503)
    expect(text).toContain('Postgres cannot be reached: nothing listens at its address.')
    expect(text).not.toMatch(/127\.0\.0\.1|hush|ECONNREFUSED|\.ts/)
    expect(lines.map(({ fact }) => fact)).toEqual(['admin.database_unavailable'])
    expect(JSON.stringify(lines)).not.toContain('hush')
  })

  test('is one sentence where htmx refreshes a part', async () => {
    const { status, text } = await testApp({ url: NOBODY }).page('/', { 'HX-Request-Type': 'partial' })
    expect([status, text]).toEqual([
      503,
      'Postgres cannot be reached: nothing listens at its address. What is shown is what was read last.',
    ])
  })

  test('asks for outbox migrate when the schema is missing', async ({ emptyDatabase }) => {
    const { status, text } = await testApp(emptyDatabase).page('/')
    expect(status).toBe(503)
    expect(text).toContain('run outbox migrate')
  })

  test('names a database that does not exist', async ({ database }) => {
    const { text } = await testApp({ url: databaseUrl(database.url, 'no_such') }).page('/')
    expect(text).toContain('The database does not exist: see DATABASE_URL.')
  })
})

describe('a fault of our own', () => {
  test('is 500, logged in full and shown without a word of it', async ({ database, db }) => {
    await db.query(`create or replace function outbox.uuid_at(p_time timestamptz) returns uuid language plpgsql immutable as
      $$ begin raise exception 'inner secrets'; end $$`)
    const { page, lines } = testApp(database)
    const { status, text } = await page('/')
    expect(status).toBe(500)
    expect(text).toContain('Something went wrong here')
    expect(text).not.toContain('secrets')
    expect(lines[0]).toMatchObject({ fact: 'admin.failed', fields: { path: '/', error: 'inner secrets' } })
  })
})

describe('Host', () => {
  test.each([
    'http://evil.test/',
    'http://localhost.evil.test/livez',
    'http://localhost:81/',
    'http://127.0.0.1/readyz',
  ])('is refused when it is not ours: %s', async (url) => {
    const { status, text } = await testApp({ url: NOBODY }).page(url)
    expect(status).toBe(421)
    expect(text).toContain('loopback names')
  })
})

describe('every answer', () => {
  test.each(['/', '/livez', '/nowhere', 'http://evil.test/'])(
    'forbids scripts of others, frames and caches: %s',
    async (path) => {
      const { app } = testApp({ url: NOBODY })
      const { headers } = await app.request(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain(`default-src 'none'; script-src 'self';`)
      expect(policy).toContain(`frame-ancestors 'none'`)
      expect(policy).not.toContain('unsafe')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      // The next program on this port may not speak TLS either.
      expect(headers.get('strict-transport-security')).toBeNull()
    },
  )

  test('keeps within the policy: no inline script, style or handler', async ({ database }) => {
    const { text } = await testApp(database).page('/')
    expect(text).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|hx-on|js:|https?:\/\/(?!example\.com)/)
  })
})

describe('assets', () => {
  test('have paths that change with their content, and are kept for ever', async () => {
    const { app } = testApp({ url: NOBODY })
    for (const { path, type, content } of Object.values(assets)) {
      expect(path).toMatch(/^assets\/[0-9a-f]{12}\/[a-z.]+$/)
      const response = await app.request(`/${path}`)
      expect(response.headers.get('content-type')).toBe(type)
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(await response.text()).toBe(content)
    }
  })

  test('hold htmx 4, and a style and a script of at most 32 kB', () => {
    expect(assets.htmx.content).toContain('innerMorph')
    expect(assets.style.content.length + assets.script.content.length).toBeLessThanOrEqual(32_768)
  })

  test('are found from a page at any depth', async ({ database }) => {
    const { page } = testApp(database)
    expect((await page('/')).text).toContain(`href="./${assets.style.path}"`)
    expect((await page('/a/b')).text).toContain(`href="../${assets.style.path}"`)
    expect((await page('/a/b/c')).text).toContain(`href="../../${assets.style.path}"`)
  })

  test('do not open the file system', async ({ database }) => {
    const { page } = testApp(database)
    for (const path of ['/assets/../package.json', '/assets/%2e%2e/package.json', '/assets/x/..%2fadmin.css'])
      expect((await page(path)).status).toBe(404)
  })
})
