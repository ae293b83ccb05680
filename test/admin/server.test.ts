import { request } from 'node:http'
import { onTestFinished } from 'vitest'
import { AdminError, createAdmin } from '../../admin/server.ts'
import type { AdminConfig } from '../../admin/config.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { createTestLog } from './support.ts'

function adminOn(database: { url: string }, change: Partial<AdminConfig> = {}) {
  const { log, lines } = createTestLog()
  const config: AdminConfig = {
    database_url: database.url,
    host: '127.0.0.1',
    port: 0,
    admin_token: null,
    admin_url: null,
    log_level: 'info',
    ...change,
  }
  const admin = createAdmin({ config, log })
  onTestFinished(() => admin.stop())
  return { admin, lines }
}

/** fetch sends the Host of its URL, whatever one asks for. */
function statusFor(url: string, options: { host?: string; path?: string }): Promise<number | undefined> {
  const { hostname, port, host } = new URL(url)
  return new Promise((resolve, reject) => {
    const headers = { host: options.host ?? host }
    const sent = request({ hostname, port, path: options.path ?? '/livez', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end()
  })
}

const AWAY = { url: 'postgres://u@127.0.0.1:1/d' }

describe('createAdmin', () => {
  test('serves the page on a free port, and stops with its connections closed', async ({ database, db }) => {
    const { admin, lines } = adminOn(database)
    const { url } = await admin.start()
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(response.url).toBe(`${url}/login`)
    expect(await response.text()).toContain('name="token"')
    await admin.stop()
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    const sessions = () =>
      db.query(`select from pg_stat_activity where application_name = 'outbox admin'
                                      and datname = current_database()`)
    await expect.poll(async () => (await sessions()).rowCount).toBe(0)
    expect(lines.map(({ fact }) => fact)).toEqual(['admin.ready', 'admin.stopped'])
  })

  test('logs in by a link, whose form is empty, and keeps the address of the person', async ({ database, db }) => {
    const { url } = await adminOn(database).admin.start()
    const { rows } = await db.query<{ code: string }>('select outbox.create_login_link() as code')
    const response = await fetch(`${url}/login/${rows[0]?.code}`, { method: 'POST', redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([303, '../'])
    const { rows: sessions } = await db.query('select address from outbox.admin_sessions')
    expect(sessions).toEqual([{ address: '127.0.0.1' }])
  })

  test('answers to loopback names with its port, and to no other', async () => {
    const { admin } = adminOn(AWAY)
    const { url } = await admin.start()
    const { port } = new URL(url)
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      expect([host, await statusFor(url, { host })]).toEqual([host, 200])
    for (const host of ['evil.test', `evil.test:${port}`, 'localhost', 'localhost:1'])
      expect([host, await statusFor(url, { host })]).toEqual([host, 421])
    // An absolute request line counts for more than Host.
    expect(await statusFor(url, { host: `localhost:${port}`, path: 'http://evil.test/livez' })).toBe(421)
  })

  test('starts without a database', async () => {
    const { url } = await adminOn(AWAY).admin.start()
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
  })

  test('says in a sentence that its port is taken', async () => {
    const first = new URL((await adminOn(AWAY).admin.start()).url)
    const { admin } = adminOn(AWAY, { port: Number(first.port) })
    const error = await admin.start().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AdminError)
    expect(String(error)).toContain(`PORT ${first.port} of 127.0.0.1 is in use by another program`)
  })

  test('leaves the global Request and Response alone', async () => {
    const before = [globalThis.Request, globalThis.Response]
    await adminOn(AWAY).admin.start()
    expect([globalThis.Request, globalThis.Response]).toEqual(before)
  })

  test('can be stopped before it started, and twice', async () => {
    const { admin } = adminOn(AWAY)
    await Promise.all([admin.stop(), admin.stop()])
    await expect(admin.start()).rejects.toThrow('the admin was stopped')
  })

  test('does not wait for browsers that keep their connection', async () => {
    const { admin } = adminOn(AWAY)
    const { url } = await admin.start()
    await (await fetch(`${url}/livez`)).text()
    const begun = performance.now()
    await admin.stop()
    // Node's own keep-alive would be 5 s, our deadline 2 s.
    expect(performance.now() - begun).toBeLessThan(1_500)
  })
})
