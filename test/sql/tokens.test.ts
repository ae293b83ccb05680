/** Tokens, login links and sessions: what opens, and what ends. */
import { createHash, randomBytes } from 'node:crypto'
import type { Client } from '../../sql/db.ts'
import { ask, describe, expect, test } from '../support/world.ts'

const hashOf = (text: string) => createHash('sha256').update(text).digest()

async function makeToken(db: Client, scope = 'read', expires = 'null'): Promise<{ id: string; hash: Buffer }> {
  const token = await ask<string>(db, `select outbox.create_token('ci', $1, ${expires})`, [scope])
  return { id: await ask(db, `select id from outbox.api_tokens where name = 'ci'`), hash: hashOf(token) }
}

async function holder(db: Client, hash: Buffer, later = '0'): Promise<unknown> {
  const { rows } = await db.query('select name, scope from outbox.authenticate_token($1, now() + $2::text::interval)', [
    hash,
    later,
  ])
  return rows[0] ?? null
}

interface Begun {
  token_id?: string
  token_hash?: Buffer
}

async function begin(db: Client, { token_id, token_hash }: Begun = {}): Promise<Buffer> {
  const hash = randomBytes(32)
  await db.query(`select outbox.start_session($1, 'ci', 'write', $2, $3, '10.0.0.5')`, [hash, token_id, token_hash])
  return hash
}

async function person(db: Client, hash: Buffer, later = '0', admin_token_hash?: Buffer): Promise<unknown> {
  const { rows } = await db.query('select name, scope from outbox.session_of($1, $2, now() + $3::text::interval)', [
    hash,
    admin_token_hash,
    later,
  ])
  return rows[0] ?? null
}

const CI = { name: 'ci', scope: 'write' }

describe('outbox.create_token', () => {
  test('returns what cannot be guessed, and keeps its hash and its beginning only', async ({ db }) => {
    const tokens = [
      await ask<string>(db, `select outbox.create_token('one')`),
      await ask<string>(db, `select outbox.create_token('two')`),
    ]
    for (const token of tokens) {
      expect(token).toMatch(/^obx_[A-Za-z0-9_-]{43}$/)
      const { rows } = await db.query(
        'select to_jsonb(t) as row, scope, expires_at from outbox.api_tokens as t where token_hash = $1',
        [hashOf(token)],
      )
      expect(rows).toMatchObject([{ scope: 'read', expires_at: null, row: { beginning: token.slice(0, 8) } }])
      expect(JSON.stringify(rows)).not.toContain(token.slice(0, 9))
    }
    expect(tokens[0]?.slice(0, 12)).not.toBe(tokens[1]?.slice(0, 12))
  })

  test.for([
    ['name', `''`, 'no name'],
    ['name', `E'a\\nb'`, 'no name'],
    ['name', `repeat('x', 101)`, 'no name'],
    ['name', 'null', 'no name'],
    ['scope', `'ci', 'root'`, 'no scope'],
    ['scope', `'ci', null`, 'no scope'],
    ['expires_at', `'ci', 'read', now()`, 'past'],
  ])('refuses a value that does not fit: %s, %s', async ([argument, call, words], { db }) => {
    await expect(db.query(`select outbox.create_token(${call})`)).rejects.toMatchObject({
      code: 'OB001',
      message: expect.stringMatching(new RegExp(`^argument "${argument}" is .*${words}`, 's')),
    })
  })

  test('gives a name once, until its token is revoked', async ({ db }) => {
    const { id } = await makeToken(db)
    await expect(db.query(`select outbox.create_token('ci')`)).rejects.toMatchObject({
      code: 'OB001',
      message: `argument "name" is 'ci', which another token has`,
    })
    expect(await ask(db, 'select outbox.revoke_token($1)', [id])).toBe(true)
    expect(await ask(db, `select outbox.create_token('ci')`)).toMatch(/^obx_/)
  })
})

describe('outbox.authenticate_token', () => {
  test('knows a token by its hash, until it expires', async ({ db }) => {
    const { hash } = await makeToken(db, 'write', `now() + interval '1 h'`)
    expect(await holder(db, hash)).toEqual(CI)
    expect(await holder(db, hash, '59 min')).toEqual(CI)
    expect(await holder(db, hash, '60 min')).toBeNull()
    expect(await holder(db, hashOf('obx_unknown'))).toBeNull()
  })

  test('knows a revoked one no longer, and revoking twice changes nothing', async ({ db }) => {
    const { id, hash } = await makeToken(db)
    expect(await ask(db, 'select outbox.revoke_token($1)', [id])).toBe(true)
    expect(await holder(db, hash)).toBeNull()
    expect(await ask(db, 'select outbox.revoke_token($1)', [id])).toBe(false)
    await expect(db.query(`select outbox.revoke_token(gen_random_uuid())`)).rejects.toMatchObject({ code: 'OB002' })
  })

  test('writes down its use once a minute', async ({ db }) => {
    const { hash } = await makeToken(db)
    const used = () => ask(db, `select concat(last_used_at, xmin) from outbox.api_tokens`)
    await holder(db, hash)
    const first = await used()
    await holder(db, hash, '59 s')
    expect(await used()).toBe(first)
    await holder(db, hash, '61 s')
    expect(await used()).not.toBe(first)
  })
})

describe('a login link', () => {
  test('works once', async ({ db }) => {
    const code = await ask<string>(db, 'select outbox.create_login_link()')
    expect(await ask(db, 'select outbox.use_login_link($1)', [hashOf(code)])).toBe(true)
    expect(await ask(db, 'select outbox.use_login_link($1)', [hashOf(code)])).toBe(false)
  })

  test('works once when it is used twice at the same time', async ({ db, connect }) => {
    const code = await ask<string>(db, 'select outbox.create_login_link()')
    const [one, two] = [await connect(), await connect()]
    await one.query('begin')
    expect(await ask(one, 'select outbox.use_login_link($1)', [hashOf(code)])).toBe(true)
    const second = ask(two, 'select outbox.use_login_link($1)', [hashOf(code)])
    await expect
      .poll(() => ask(db, 'select count(*)::int from pg_locks where not granted and pid <> pg_backend_pid()'))
      .toBe(1)
    await one.query('commit')
    expect(await second).toBe(false)
  })

  test('works for as long as it was made for', async ({ db }) => {
    const code = await ask<string>(db, `select outbox.create_login_link('5 min')`)
    const use = `select outbox.use_login_link($1, now() + interval '5 min')`
    expect(await ask(db, use, [hashOf(code)])).toBe(false)
    for (const time of ['0', '-1 min', '25 h'])
      await expect(db.query('select outbox.create_login_link($1)', [time])).rejects.toMatchObject({ code: 'OB001' })
  })
})

describe('a session', () => {
  test('lasts 12 hours for those who are seen', async ({ db }) => {
    const hash = await begin(db)
    for (let minutes = 0; minutes < 720; minutes += 90)
      expect([minutes, await person(db, hash, `${minutes} min`)]).toEqual([minutes, CI])
    expect(await person(db, hash, '719 min')).toEqual(CI)
    expect(await person(db, hash, '720 min')).toBeNull()
  })

  test('lasts 2 hours for those who are not', async ({ db }) => {
    const hash = await begin(db)
    expect(await person(db, hash, '119 min')).toEqual(CI)
    expect(await person(db, hash, '239 min')).toBeNull()
    expect(await person(db, hash, '240 min')).toBeNull()
  })

  test('ends with its token: revoked, or expired', async ({ db }) => {
    const { id } = await makeToken(db, 'write', `now() + interval '1 h'`)
    const first = await begin(db, { token_id: id })
    expect(await person(db, first, '59 min')).toEqual(CI)
    expect(await person(db, first, '60 min')).toBeNull()
    await db.query('select outbox.revoke_token($1)', [id])
    expect(await person(db, first)).toBeNull()
    expect(await ask(db, 'select count(*)::int from outbox.admin_sessions')).toBe(0)
  })

  test('ends when the token of the environment changes, or is gone', async ({ db }) => {
    const hash = await begin(db, { token_hash: hashOf('old') })
    expect(await person(db, hash, '0', hashOf('old'))).toEqual(CI)
    expect(await person(db, hash, '0', hashOf('new'))).toBeNull()
    expect(await person(db, hash)).toBeNull()
  })

  test('ends when one logs out', async ({ db }) => {
    const hash = await begin(db)
    expect(await ask(db, 'select outbox.end_session($1)', [hash])).toBe(true)
    expect(await person(db, hash)).toBeNull()
    expect(await ask(db, 'select outbox.end_session($1)', [hash])).toBe(false)
  })
})

describe('housekeeping', () => {
  test('deletes what has served its time, and nothing else', async ({ db }) => {
    await db.query(`update outbox.settings set retention = '30 days'`)
    await begin(db)
    await db.query(`
      select outbox.create_login_link();
      insert into outbox.api_requests (owner, key, request_hash) values ('ci', '1', '');
      truncate outbox.audit_log;
      insert into outbox.audit_log (at, actor, door, db_role, action)
      select now() - n * interval '1 day', 'ada', 'sql', 'ada', 'webhook.updated' from generate_series(60, 0, -20) as n`)
    const left = async (later: string) => {
      const step = () => db.query('select from outbox.drop_expired_partitions(now() + $1::text::interval)', [later])
      // Rows are deleted once no partition is left to be dropped.
      while ((await step()).rowCount !== 0);
      return ask(
        db,
        `select array[(select count(*) from outbox.admin_sessions), (select count(*) from outbox.login_links),
                      (select count(*) from outbox.api_requests), (select count(*) from outbox.audit_log)]::int[]`,
      )
    }
    expect(await left('10 min')).toEqual([1, 1, 1, 4])
    expect(await left('20 min')).toEqual([1, 0, 1, 4])
    expect(await left('3 h')).toEqual([0, 0, 1, 4])
    expect(await left('25 h')).toEqual([0, 0, 0, 4])
    expect(await left('31 days')).toEqual([0, 0, 0, 3])
    expect(await left('91 days')).toEqual([0, 0, 0, 0])
  })
})
