/** Forms that other sites make a browser send. */
import { csrfToken } from '../../admin/access/csrf.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { COOKIE, testApp } from './support.ts'

/** Any form will do: what is refused does not reach its page. */
const FORM = '/logout'

describe('a form of a page', () => {
  test('is taken from our own pages: by its field, or by the header that htmx sends', async ({ database }) => {
    expect((await testApp(database).post(FORM)).status).toBe(303)
    const by_header = await testApp(database).post(FORM, { csrf: '' }, { 'x-csrf-token': csrfToken(COOKIE) })
    expect(by_header.status).toBe(303)
  })

  test.for([
    ['no token', { csrf: '' }, {}],
    ['the token of another session', { csrf: csrfToken('another') }, {}],
    ['another header', {}, { 'x-csrf-token': csrfToken('another') }],
  ] as const)('is refused with %s, and says so', async ([, fields, headers], { database, db }) => {
    const { status, text } = await testApp(database).post(FORM, fields, headers)
    expect(status).toBe(403)
    expect(text).toContain('nothing was changed')
    expect((await db.query('select from outbox.admin_sessions')).rowCount).toBe(1)
  })

  test.for([
    { origin: 'https://evil.test' },
    { origin: 'http://localhost:81' },
    { origin: 'null' },
    { origin: 'http://localhost', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is refused from elsewhere, even with its token: %j', async (headers, { database }) => {
    const { status, text } = await testApp(database).post(FORM, {}, headers)
    expect(status).toBe(403)
    expect(text).toContain('OUTBOX_ADMIN_URL')
  })

  test.for([
    { origin: 'http://localhost' },
    { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('is taken from the same origin: %j', async (headers, { database }) => {
    expect((await testApp(database).post(FORM, {}, headers)).status).toBe(303)
  })

  test('is taken from the origin of OUTBOX_ADMIN_URL, behind a proxy that tells another host', async ({ database }) => {
    const { post } = testApp(database, { rules: { admin_url: 'http://outbox.example.com/path' } })
    expect((await post(FORM, {}, { origin: 'http://outbox.example.com' })).status).toBe(303)
  })

  test('is refused above a megabyte, and without a length', async ({ database }) => {
    const { post } = testApp(database)
    expect((await post(FORM, {}, { 'content-length': '1048577' })).status).toBe(413)
    expect((await post(FORM, {}, { 'transfer-encoding': 'chunked' })).status).toBe(411)
    expect((await post(FORM, {}, { 'content-length': '100' })).status).toBe(303)
  })
})
