/** outbox.webhooks is written by hand, too: it refuses what does not fit, in words, and keeps its own books. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, expect, makeWebhook, only, test } from '../support/world.ts'

const GOOD = 'https://example.com/hook?a=1'

function patterns(db: Client, id: string): Promise<string[] | null> {
  return ask(db, 'select array_agg(pattern order by pattern) from outbox.webhook_patterns where webhook_id = $1', [id])
}

describe('outbox.webhooks', () => {
  test('refuses what does not fit with a code, the column and a hint, when made and when changed', async ({ db }) => {
    const refused: [column: string, value: string][] = [
      ['url', `''`],
      ['url', `'example.com'`],
      ['url', `'ftp://example.com'`],
      ['url', `'http://'`],
      ['url', `'http://user:password@example.com'`],
      ['url', `'http://user@example.com'`],
      ['url', `'https://example.com/#part'`],
      ['url', `'https://example.com/a b'`],
      ['url', `E'https://example.com/\\r\\nx-header: 1'`],
      ['url', `'https://example.com/' || repeat('a', 2048)`],
      ['events', `'{}'`],
      ['events', `'{""}'`],
      ['events', `'{NULL}'`],
      ['events', `'{ticket.}'`],
      ['events', `'{ticket.*.created}'`],
      ['events', `'{*.created}'`],
      ['events', `'{ticket%}'`],
      ['events', `'{ticket.created,"ticket created"}'`],
      ['events', `array[repeat('a', 129)]`],
      ['rate_limit', '0'],
      ['rate_limit', '100001'],
      ['max_in_flight', '0'],
      ['max_in_flight', '1001'],
      ['max_in_flight', 'null'],
      ['timeout', `'99 ms'`],
      ['timeout', `'6 min'`],
      ['retry_schedule', `'{-1 s}'`],
      ['retry_schedule', `'{NULL}'`],
      ['retry_schedule', `'{31 days}'`],
      ['retry_schedule', `array_fill('1 s'::interval, '{101}')`],
    ]
    await makeWebhook(db, { url: GOOD })
    for (const [column, value] of refused) {
      const columns = column === 'url' ? 'url' : `url, ${column}`
      const values = column === 'url' ? value : `'${GOOD}', ${value}`
      const error = {
        code: 'OB001',
        column,
        message: expect.stringContaining(`"${column}"`),
        hint: expect.stringMatching(/\w.+\.$/),
      }
      const made = db.query(`insert into outbox.webhooks (${columns}) values (${values})`)
      await expect(made, `${column} = ${value}`).rejects.toMatchObject(error)
      const changed = db.query(`update outbox.webhooks set ${column} = ${value}`)
      await expect(changed, `${column} = ${value}`).rejects.toMatchObject(error)
    }
  })

  test('refuses a filter that is no jsonpath', async ({ db }) => {
    await expect(makeWebhook(db, { url: GOOD, filter: '$.a ==' })).rejects.toMatchObject({ code: '42601' })
  })

  test('takes the bounds themselves', async ({ db }) => {
    await makeWebhook(db, {
      url: 'HTTP://127.0.0.1:80',
      rate_limit: 1,
      max_in_flight: 1,
      timeout: '100 ms',
      retry_schedule: [],
    })
    await makeWebhook(db, {
      url: 'https://[::1]/x',
      rate_limit: 100_000,
      max_in_flight: 1_000,
      timeout: '5 min',
      retry_schedule: ['0 s', '30 days'],
    })
    expect(await ask(db, 'select count(*)::int from outbox.webhooks')).toBe(2)
  })

  test('warns of a pattern that matches no known type, and names the nearest', async ({ db }) => {
    const notices: { message?: string | undefined; hint?: string | undefined }[] = []
    db.on('notice', (notice) => notices.push(notice))
    await makeWebhook(db, { url: GOOD, events: ['ticket.created', 'tiket.created', 'workflow.*', '*'] })
    expect(notices).toHaveLength(1)
    expect(notices[0]?.message).toContain(`'tiket.created'`)
    expect(notices[0]?.hint).toMatch(/^Nearest: ticket\.created/)
    await db.query('update outbox.webhooks set description = $1', ['no pattern was changed'])
    expect(notices).toHaveLength(1)
  })

  test('counts its changes, and keeps its id and date', async ({ db }) => {
    const id = await makeWebhook(db, { url: GOOD })
    const created_at = await ask<Date>(db, 'select created_at from outbox.webhooks')
    await db.query(
      `update outbox.webhooks set id = gen_random_uuid(), created_at = 'epoch', version = 100, description = 'x'`,
    )
    const { rows } = await db.query(
      'select id, version, created_at, updated_at > created_at as later from outbox.webhooks',
    )
    expect(rows).toEqual([{ id, version: 2, created_at, later: true }])
  })

  test('dates its disabling, and forgets reason and date when it is enabled', async ({ db }) => {
    const state = async () =>
      only((await db.query('select disabled_at is not null as dated, disabled_reason from outbox.webhooks')).rows)
    const id = await makeWebhook(db, { url: GOOD, enabled: false })
    expect(await state()).toEqual({ dated: true, disabled_reason: null })
    await db.query('update outbox.webhooks set enabled = true')
    expect(await state()).toEqual({ dated: false, disabled_reason: null })
    expect(await ask(db, `select outbox.disable_webhook($1, 'gone')`, [id])).toBe(true)
    expect(await state()).toEqual({ dated: true, disabled_reason: 'gone' })
    const since = await ask(db, 'select disabled_at from outbox.webhooks')
    expect(await ask(db, `select outbox.disable_webhook($1, 'again')`, [id])).toBe(false)
    await db.query(`update outbox.webhooks set description = 'x'`)
    expect(await ask(db, 'select disabled_at from outbox.webhooks')).toEqual(since)
    await db.query('update outbox.webhooks set enabled = true')
    expect(await state()).toEqual({ dated: false, disabled_reason: null })
  })

  test('keeps its patterns a row each, through every change', async ({ db }) => {
    const id = await makeWebhook(db, { url: GOOD, events: ['ticket.*', 'ticket.*', '*'] })
    expect(await patterns(db, id)).toEqual(['*', 'ticket.*'])
    await db.query(`update outbox.webhooks set events = '{ticket.created}'`)
    expect(await patterns(db, id)).toEqual(['ticket.created'])
    await db.query('delete from outbox.webhooks')
    expect(await patterns(db, id)).toBeNull()
  })

  test('takes what is pending with it when it is deleted, and leaves that of others', async ({ db }) => {
    const [gone, stays] = [await makeWebhook(db, { url: GOOD }), await makeWebhook(db, { url: GOOD })]
    const event_id = await emit(db)
    await db.query(
      `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at)
       select outbox.delivery_id($1, w), w, $1, 'ticket.created', now(), now() from unnest($2::uuid[]) as w`,
      [event_id, [gone, stays]],
    )
    await db.query('delete from outbox.webhooks where id = $1', [gone])
    expect(await ask(db, 'select array_agg(webhook_id) from outbox.pending_deliveries')).toEqual([stays])
  })

  test('wakes the relay at every change, unless the settings forbid it', async ({ db, connect }) => {
    const listener = await connect()
    let rings = 0
    listener.on('notification', () => (rings += 1))
    await listener.query('listen outbox')
    const heard = async () => {
      await listener.query('select 1')
      return rings
    }
    await makeWebhook(db, { url: GOOD })
    expect(await heard()).toBe(1)
    await db.query('update outbox.webhooks set enabled = false')
    expect(await heard()).toBe(2)
    await db.query('delete from outbox.webhooks')
    expect(await heard()).toBe(3)
    await db.query('update outbox.settings set notify = false')
    const before = await heard()
    await makeWebhook(db, { url: GOOD })
    expect(await heard()).toBe(before)
  })
})
