/** Signing secrets: made, rotated, revealed, ended. */
import type { Client } from '../../sql/db.ts'
import { createSecret, secretBytes } from '../../sql/secret.ts'
import { ask, describe, eventually, expect, makeWebhook, test } from '../support/world.ts'

const URL = 'https://example.com/hook'

interface Signing {
  secret: string
  ends_in_ms: number | null
}

/** What a relay signs with at an instant, the newest first. */
function signing(db: Client, webhook_id: string, after = '0 s'): Promise<Signing[]> {
  return ask(db, 'select secrets from outbox.relay_webhooks(array[$1::uuid], now() + $2::interval)', [
    webhook_id,
    after,
  ])
}

function rotate(db: Client, webhook_id: string, overlap = '24 hours', secret: string | null = null) {
  return ask<Date | null>(db, 'select outbox.rotate_secret($1, $2, $3)', [webhook_id, overlap, secret])
}

/** Until somebody waits for a lock of this connection. */
async function blocked(by: Client): Promise<void> {
  const pid = await ask<number>(by, 'select pg_backend_pid()')
  await eventually(
    () =>
      ask<boolean>(by, 'select exists (select from pg_stat_activity where $1 = any (pg_blocking_pids(pid)))', [pid]),
    (waits) => waits,
  )
}

const wrong: [what: string, secret: string][] = [
  ['nothing', ''],
  ['no prefix', Buffer.alloc(32, 7).toString('base64')],
  ['23 bytes', `whsec_${Buffer.alloc(23, 7).toString('base64')}`],
  ['65 bytes', `whsec_${Buffer.alloc(65, 7).toString('base64')}`],
  ['what is not base64', `whsec_${'BwcH'.repeat(8)}!BwcHBwcH`],
  ['a line feed at its end', `${createSecret()}\n`],
  ['no padding', `whsec_${Buffer.alloc(32, 7).toString('base64').replace('=', '')}`],
]

describe('outbox.rotate_secret', () => {
  test('lets the new secret sign beside the old one, and alone when the overlap is over', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    const [old, current] = [createSecret(), createSecret()]
    await db.query('select outbox.add_first_secret($1, $2)', [id, old])
    await db.query('begin')
    expect(await rotate(db, id, '2 hours', current)).toEqual(await ask(db, `select now() + interval '2 hours'`))
    expect(await signing(db, id)).toEqual([
      { secret: current, ends_in_ms: null },
      { secret: old, ends_in_ms: 7_200_000 },
    ])
    expect(await signing(db, id, '119 min 59.5 s')).toEqual([
      { secret: current, ends_in_ms: null },
      { secret: old, ends_in_ms: 500 },
    ])
    expect(await signing(db, id, '2 hours')).toEqual([{ secret: current, ends_in_ms: null }])
  })

  test('makes a secret of 32 random bytes where none is given, another each time', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    expect(await rotate(db, id)).toBeNull()
    await rotate(db, id)
    const secrets = (await signing(db, id)).map(({ secret }) => secret)
    expect(new Set(secrets).size).toBe(2)
    for (const secret of secrets) expect(secretBytes(secret)).toHaveLength(32)
  })

  test('ends the old one at once without an overlap', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await rotate(db, id)
    const current = createSecret()
    await rotate(db, id, '0', current)
    expect(await signing(db, id)).toEqual([{ secret: current, ends_in_ms: null }])
  })

  test('never prolongs a secret that is about to end', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await db.query('begin')
    for (const overlap of ['1 day', '1 hour', '30 days']) await rotate(db, id, overlap)
    expect((await signing(db, id)).map(({ ends_in_ms }) => ends_in_ms)).toEqual([null, 30 * 86_400_000, 3_600_000])
  })

  test('makes relays read the webhook again', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    const before = await ask<number>(db, 'select version from outbox.webhooks')
    await rotate(db, id)
    expect(await ask(db, 'select version from outbox.webhooks')).toBe(before + 1)
  })

  test('lets no more than five sign at once', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    for (let n = 0; n < 5; n += 1) await rotate(db, id)
    await expect(rotate(db, id)).rejects.toMatchObject({
      code: 'OB001',
      message: 'argument "overlap" is 24:00:00, and 6 secrets would sign at once',
      hint: expect.stringContaining('At most 5'),
    })
    expect(await signing(db, id)).toHaveLength(5)
    await rotate(db, id, '0')
    expect(await signing(db, id)).toHaveLength(1)
  })

  test('refuses overlaps out of bounds, secrets that are none, and unknown webhooks; quotes no secret', async ({
    db,
  }) => {
    const id = await makeWebhook(db, { url: URL })
    for (const overlap of ['-1 s', '30 days 1 s', null])
      await expect(ask(db, 'select outbox.rotate_secret($1, $2)', [id, overlap])).rejects.toMatchObject({
        code: 'OB001',
        message: expect.stringContaining('"overlap"'),
      })
    for (const [what, secret] of wrong) {
      const refusal: unknown = await rotate(db, id, '1 day', secret).catch((error: unknown) => error)
      expect(refusal, what).toMatchObject({ code: 'OB001', message: expect.stringContaining('"secret"') })
      expect(JSON.stringify({ ...(refusal as object), message: (refusal as Error).message })).not.toContain('BwcH')
    }
    await expect(rotate(db, '00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({ code: 'OB002' })
    expect(await signing(db, id)).toEqual([])
  })

  test('follows another one that is under way', async ({ db, connect }) => {
    const id = await makeWebhook(db, { url: URL })
    const other = await connect()
    const [first, second] = [createSecret(), createSecret()]
    await other.query('begin')
    await rotate(other, id, '1 day', first)
    const rotating = rotate(db, id, '1 day', second)
    await blocked(other)
    await other.query('commit')
    await rotating
    expect((await signing(db, id)).map(({ secret }) => secret)).toEqual([second, first])
  })

  test('is for admins, who read no secret', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await db.query('set role outbox_admin')
    await rotate(db, id)
    await expect(db.query('select outbox.reveal_secret($1)', [id])).rejects.toMatchObject({ code: '42501' })
    await expect(signing(db, id)).rejects.toMatchObject({ code: '42501' })
    await db.query('reset role')
    expect(await signing(db, id)).toHaveLength(1)
  })

  test('leaves a row in the audit log, without the secret', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await rotate(db, id, '1 day', createSecret())
    const { rows } = await db.query(
      `select action, object_id, before, after from outbox.audit_log where action like 'secret.%'`,
    )
    expect(rows).toEqual([
      { action: 'secret.rotated', object_id: id, before: null, after: { overlap: '1 day', given: true } },
    ])
    expect(await ask(db, `select count(*)::int from outbox.audit_log as a where row_to_json(a)::text ~ 'whsec_'`)).toBe(
      0,
    )
  })
})

describe('outbox.reveal_secret', () => {
  test('tells what signs now, the newest first, and leaves a row in the audit log', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    const [gone, old, current] = [createSecret(), createSecret(), createSecret()]
    await rotate(db, id, '0', gone)
    await rotate(db, id, '0', old)
    const ends_at = await rotate(db, id, '1 day', current)
    await db.query('set role outbox_relay')
    const { rows } = await db.query('select secret, expires_at from outbox.reveal_secret($1)', [id])
    expect(rows).toEqual([
      { secret: current, expires_at: null },
      { secret: old, expires_at: ends_at },
    ])
    await db.query('reset role')
    const audit = await db.query(
      `select object_id, before, after from outbox.audit_log where action = 'secret.revealed'`,
    )
    expect(audit.rows).toEqual([{ object_id: id, before: null, after: null }])
  })

  test('refuses an unknown webhook', async ({ db }) => {
    await expect(
      db.query('select outbox.reveal_secret($1)', ['00000000-0000-0000-0000-000000000000']),
    ).rejects.toMatchObject({ code: 'OB002' })
  })
})

describe('outbox.add_first_secret', () => {
  test('keeps the one that is there, also when two come at once', async ({ db, connect }) => {
    const id = await makeWebhook(db, { url: URL })
    const other = await connect()
    const [first, second] = [createSecret(), createSecret()]
    await other.query('begin')
    await other.query('select outbox.add_first_secret($1, $2)', [id, first])
    const adding = db.query('select outbox.add_first_secret($1, $2)', [id, second])
    await blocked(other)
    await other.query('commit')
    await adding
    expect((await signing(db, id)).map(({ secret }) => secret)).toEqual([first])
  })

  test('is for admins, and refuses what is no secret without quoting it', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await db.query('set role outbox_admin')
    for (const [what, secret] of wrong) {
      const refusal: unknown = await db
        .query('select outbox.add_first_secret($1, $2)', [id, secret])
        .catch((error: unknown) => error)
      expect(refusal, what).toMatchObject({ code: 'OB001', message: expect.not.stringContaining('BwcH') })
    }
    await db.query('select outbox.add_first_secret($1, $2)', [id, createSecret()])
  })
})

describe('an expired secret', () => {
  test('is deleted by the maintenance, and no other', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    const [old, current] = [createSecret(), createSecret()]
    await rotate(db, id, '0', old)
    await rotate(db, id, '1 hour', current)
    const kept = () => ask<string[]>(db, 'select array_agg(secret order by created_at) from outbox.webhook_secrets')
    await db.query('select outbox.drop_expired_partitions(now())')
    expect(await kept()).toEqual([old, current])
    await db.query(`select outbox.drop_expired_partitions(now() + interval '61 min')`)
    expect(await kept()).toEqual([current])
  })
})
