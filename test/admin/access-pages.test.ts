/** The page of tokens and sessions. */
import { describe, expect, test } from '../support/fixture.ts'
import { ask } from '../support/world.ts'
import { COOKIE, PERSON, testApp } from './support.ts'

describe('the page of tokens', () => {
  test('shows a new token once, to whoever made it', async ({ database, db }) => {
    const { page, post } = testApp(database)
    const { status, text } = await post('/access', { name: 'ci', scope: 'write', expires: '30 days' })
    expect(status).toBe(200)
    const token = /<pre id="token">(obx_[A-Za-z0-9_-]{43})<\/pre>/.exec(text)?.[1] ?? ''
    const { rows } = await db.query(
      `select name, scope, created_by, expires_at - created_at = interval '30 days' as expires
       from outbox.authenticate_token(sha256($1::bytea)) as a join outbox.api_tokens as t using (id, name, scope)`,
      [Buffer.from(token)],
    )
    expect(rows).toEqual([{ name: 'ci', scope: 'write', created_by: PERSON, expires: true }])
    const again = (await page('/access')).text
    expect(again).toContain(`<code>${token.slice(0, 8)}…</code>`)
    expect(again).not.toContain(token.slice(0, 9))
  })

  test('says what is wrong with a draft, and keeps it', async ({ database }) => {
    const { post } = testApp(database)
    const { status, text } = await post('/access', { name: PERSON, scope: 'admin', expires: '' })
    expect(status).toBe(422)
    expect(text).toMatch(/which another token has/)
    expect(text).toMatch(/name="name"\s+value="ada"/)
    expect(text).toMatch(/value="admin"\s+checked/)
    expect(text).toMatch(/<option value="" selected/)
  })

  test('escapes what others wrote', async ({ database, db }) => {
    await db.query(`select outbox.create_token('<script>alert(1)</script>')`)
    const { text } = await testApp(database).page('/access')
    expect(text).not.toContain('<script>alert')
    expect(text).toContain('&lt;script&gt;alert(1)')
  })

  test('revokes a token, in the name of the person', async ({ database, db }) => {
    const { post } = testApp(database)
    await db.query(`select outbox.create_token('ci')`)
    const id = await ask<string>(db, `select id from outbox.api_tokens where name = 'ci'`)
    expect(await post(`/access/tokens/${id}/revoke`)).toMatchObject({ status: 303, location: '../../../access' })
    expect(await ask(db, `select actor from outbox.audit_log where action = 'token.revoked'`)).toBe(PERSON)
    for (const unknown of ['no-uuid', '00000000-0000-0000-0000-000000000000'])
      expect((await post(`/access/tokens/${unknown}/revoke`)).status).toBe(404)
  })

  test('tells who is logged in, and logs them out', async ({ database, db }) => {
    const { page, post } = testApp(database)
    await db.query(`select outbox.start_session(sha256('x'), 'bob', 'read', null, null, '10.0.0.5')`)
    const { text } = await page('/access')
    const id = /sessions\/([0-9a-f]{64})\/end/g
    expect(text).toContain('10.0.0.5')
    expect(text.match(id)).toHaveLength(2)
    // The cookie's value stands in no page.
    expect(text).not.toContain(COOKIE)
    const bob = await ask<string>(
      db,
      `select encode(session_hash, 'hex') from outbox.admin_sessions where name = 'bob'`,
    )
    expect((await post(`/access/sessions/${bob}/end`)).status).toBe(303)
    expect(await ask(db, `select array_agg(name) from outbox.admin_sessions`)).toEqual([PERSON])
    expect((await post(`/access/sessions/zz/end`)).status).toBe(404)
  })

  test.for(['read', 'write'] as const)('is not for the scope %s', async (scope, { database, db }) => {
    const { page, post } = testApp(database, { scope })
    expect((await page('/access')).status).toBe(403)
    expect((await page('/audit')).status).toBe(403)
    expect((await post('/access', { name: 'mine', scope: 'admin' })).status).toBe(403)
    expect((await post('/access/sessions/00/end')).status).toBe(403)
    expect(await ask(db, `select count(*)::int from outbox.api_tokens where name = 'mine'`)).toBe(0)
  })
})
