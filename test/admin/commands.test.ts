/** `outbox token` and `outbox login`, as a person types them. */
import { runCommand } from '../support/doctor.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { ask } from '../support/world.ts'
import { testApp } from './support.ts'

describe('outbox token', () => {
  test('create prints the token alone, and it opens what its scope does', async ({ database, db }) => {
    const environment = { DATABASE_URL: database.url }
    const { code, stdout, stderr } = await runCommand(
      ['token', 'create', 'ci', '--scope', 'write', '--expires', '90d'],
      environment,
    )
    expect([code, stderr]).toEqual([0, 'This token is shown once: keep it now.\n'])
    expect(stdout).toMatch(/^obx_[A-Za-z0-9_-]{43}\n$/)
    const { rows } = await db.query(
      `select name, scope, expires_at - created_at = interval '90 days' as expires from outbox.api_tokens`,
    )
    expect(rows).toEqual([{ name: 'ci', scope: 'write', expires: true }])
    expect(await ask(db, `select door from outbox.audit_log where action = 'token.created'`)).toBe('command')
  })

  test('create reads, and does not expire, unless told otherwise', async ({ database }) => {
    const { stdout } = await runCommand(['token', 'create', 'ci', '--json'], { DATABASE_URL: database.url })
    expect(JSON.parse(stdout)).toEqual({ name: 'ci', scope: 'read', token: expect.stringMatching(/^obx_/) })
    const listed = await runCommand(['token', 'list', '--json'], { DATABASE_URL: database.url })
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'ci', scope: 'read', expires_at: null }])
    expect(listed.stdout).not.toContain('hash')
  })

  test('revoke ends it, by name or by id', async ({ database, db }) => {
    await db.query(`select outbox.create_token('one'), outbox.create_token('two')`)
    const id = await ask<string>(db, `select id from outbox.api_tokens where name = 'two'`)
    const run = (...words: string[]) => runCommand(['token', ...words], { DATABASE_URL: database.url })
    expect((await run('revoke', 'one')).stdout).toBe('revoked one\n')
    expect((await run('revoke', id)).stdout).toBe('revoked two\n')
    expect((await run('list')).stdout).toBe('(no rows)\n')
    expect(await run('revoke', 'one')).toMatchObject({
      code: 1,
      stderr: 'outbox: there is no token "one"\n  See: outbox token list\n',
    })
  })

  test.for([
    [['token'], 2],
    [['token', 'create'], 2],
    [['token', 'constructor', 'a'], 2],
    [['token', 'create', 'a', '--expires', 'soon'], 2],
    [['token', 'create', 'a', '--scope', 'root'], 1],
  ] as const)('says what it wants: %j', async ([words, code], { database }) => {
    const ran = await runCommand([...words], { DATABASE_URL: database.url })
    expect(ran.code).toBe(code)
    expect(ran.stderr).toMatch(/^outbox: (say create|--expires is a number|argument "scope")/)
  })
})

describe('outbox login', () => {
  test('prints a link that logs in', async ({ database }) => {
    const { stdout } = await runCommand(['login'], { DATABASE_URL: database.url, PORT: '4123' })
    const [, path = ''] = /^http:\/\/127\.0\.0\.1:4123(\/login\/\S+)\n$/.exec(stdout) ?? []
    expect((await testApp(database).app.request(path, { method: 'POST' })).status).toBe(303)
  })

  test('prints it for the address that browsers use', async ({ database }) => {
    const OUTBOX_ADMIN_URL = 'https://example.com/outbox/'
    const { stdout } = await runCommand(['login', '--json'], { DATABASE_URL: database.url, OUTBOX_ADMIN_URL })
    expect((JSON.parse(stdout) as { url: string }).url).toMatch(/^https:\/\/example\.com\/outbox\/login\/\S{43}$/)
  })

  test('asks for the port when it is any', async ({ database }) => {
    const ran = await runCommand(['login'], { DATABASE_URL: database.url, PORT: '0' })
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('PORT is 0') })
  })
})
