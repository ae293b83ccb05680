/** The page of the doctor, and /metrics through the app. */
import { describe, expect, test } from '../support/fixture.ts'
import { findings } from '../../admin/pages/doctor.ts'
import { testApp } from './support.ts'

const XSS = '"><img src=x onerror=alert(1)>'

describe('the page of the doctor', () => {
  test('shows findings with what mends them, gravest first', async ({ database, db }) => {
    await db.query(`create table public.tickets (id bigint primary key, status text)`)
    await db.query(`select outbox.watch_tickets('public.tickets')`)
    await db.query(`alter table public.tickets disable trigger outbox_capture`)
    const { status, text } = await testApp(database, { scope: 'read' }).page('/doctor')
    expect(status).toBe(200)
    expect(text).toContain('<pre>alter table public.tickets enable trigger outbox_capture</pre>')
    const severities = [...text.matchAll(/class="badge \w*">(error|warning|info)</g)].map((match) => match[1])
    expect(severities).toEqual(severities.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
    expect(severities).toContain('error')
    expect(severities.length).toBeGreaterThan(1)
  })

  test('says so when it takes too long', async ({ database, connect }) => {
    const other = await connect()
    await other.query('begin; lock table outbox.watches in access exclusive mode')
    const { status, text } = await testApp(database).page('/doctor')
    await other.query('rollback')
    expect(status).toBe(200)
    expect(text).toContain('took longer than the 5 s')
  })

  test('says so when nothing was found', async () => {
    // A server on which nothing is to be found is rare; what the page makes of the answer is not.
    const finding = { severity: 'ok', subject: 'outbox', finding: 'Nothing was found.', mend: null } as const
    const text = String(await findings([finding]))
    expect(text).toContain('Nothing was found')
    expect(text).not.toContain('class="finding"')
  })

  test('escapes what others wrote', async ({ database, db }) => {
    await db.query(`create table public."${XSS.replaceAll('"', '""')}" (id bigint primary key)`)
    const name = (await db.query<{ name: string }>(`select quote_literal(quote_ident($1)) as name`, [XSS])).rows[0]
      ?.name
    await db.query(`select outbox.watch(${name}, 'thing.made', 'insert')`)
    await db.query(`alter table public."${XSS.replaceAll('"', '""')}" disable trigger outbox_capture`)
    const { text } = await testApp(database).page('/doctor')
    expect(text).toContain('&lt;img src=x')
    expect(text).not.toContain('<img src=x')
  })
})

const order = ['error', 'warning', 'info'] as (string | undefined)[]

describe('/metrics', () => {
  test('is told to whoever asks on this machine', async ({ database }) => {
    const response = await testApp(database).app.request('/metrics')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    expect(await response.text()).toContain('outbox_database_reachable 1')
  })

  test('needs a token from elsewhere', async ({ database }) => {
    const { app, api } = testApp(database, { scope: 'read', rules: { loopback: false } })
    expect((await app.request('/metrics')).status).toBe(401)
    const told = await api('/metrics')
    expect(told.status).toBe(200)
    expect(await told.text()).toContain('outbox_database_reachable 1')
  })
})
