/** outbox.explain: a row for every webhook, and why those that did not match did not. */
import type { Client } from '../../sql/db.ts'
import { refusal } from '../support/events.ts'
import { explain, explained, INSTANT, readAll, reason } from '../support/explain.ts'
import { ask, describe, emit, expect, makeWebhook, test, type Webhook } from '../support/world.ts'

function webhook(db: Client, wants: Partial<Webhook> = {}): Promise<string> {
  return makeWebhook(db, { url: 'http://127.0.0.1:9', ...wants })
}

describe('outbox.explain', () => {
  test('has a row for every webhook, those that matched first, then by URL; also for an event that matched nothing', async ({
    db,
  }) => {
    const urls = ['c', 'a', 'd', 'b'].map((letter) => `http://127.0.0.1:9/${letter}`)
    for (const url of urls) await webhook(db, { url, events: [/[cd]$/.test(url) ? 'ticket.*' : 'workflow.*'] })
    const rows = async (type: string) =>
      (await explain(db, await emit(db, type))).map(({ url, matched }) => `${url?.at(-1)} ${matched}`)
    expect(await rows('ticket.created')).toEqual(['c true', 'd true', 'a false', 'b false'])
    expect(await rows('test.run_created')).toEqual(['a false', 'b false', 'c false', 'd false'])
  })

  test('refuses an id of no event', async ({ db }) => {
    await webhook(db)
    for (const id of ['00000000-0000-7000-8000-000000000000', null])
      expect(await refusal(db.query('select * from outbox.explain($1)', [id]))).toEqual({
        code: 'OB002',
        message: `argument "event_id" is ${id === null ? 'null' : `'${id}'`}, for which there is no event`,
        hint: expect.stringContaining('select id'),
      })
  })

  test('is stable, and says the same whatever the session’s time zone and date style', async ({ db }) => {
    expect(await ask(db, `select provolatile::text from pg_proc where oid = 'outbox.explain'::regproc`)).toBe('s')
    const filter = '$.at.datetime() < "2026-01-01T12:00:00+00:00".datetime()'
    await webhook(db, { filter })
    await webhook(db, { enabled: false })
    const event = await emit(db, 'ticket.created', '{"at":"2026-01-01T11:30:00"}')
    const answers: unknown[] = []
    for (const [zone, style] of [
      ['UTC', 'ISO'],
      ['Pacific/Auckland', 'German'],
    ]) {
      await db.query(`select set_config('timezone', $1, false), set_config('datestyle', $2, false)`, [zone, style])
      answers.push((await explain(db, event)).map(({ matched, reason: words }) => [matched, words]))
    }
    expect(answers[0]).toMatchObject([
      [true, expect.any(String)],
      [false, expect.any(String)],
    ])
    expect(answers[1]).toEqual(answers[0])
  })
})

describe('a webhook that an event did not match is told why:', () => {
  test.for<[why: string, wants: Partial<Webhook>, tenant: string | undefined, reason: string]>([
    ['the type', { events: ['workflow.*'] }, undefined, 'no pattern of {workflow.*} matches ticket.created'],
    ['types', { events: ['a.b', 'c.*'] }, undefined, 'no pattern of {a.b,c.*} matches ticket.created'],
    ['the tenant', { tenant: 'acme' }, 'globex', `wants tenant 'acme', the event's is 'globex'`],
    ['no tenant', { tenant: `o'neil` }, undefined, `wants tenant 'o''neil', the event has none`],
    [
      'type and tenant',
      { events: ['workflow.*'], tenant: 'acme' },
      'globex',
      `no pattern of {workflow.*} matches ticket.created; wants tenant 'acme', the event's is 'globex'`,
    ],
    [
      'the filter',
      { filter: '$.n == 2 && $.m == 3' },
      undefined,
      'filter is false: $."n" == 2 (it is 1) and $."m" == 3 (missing)',
    ],
    [
      'an error',
      { filter: 'strict $.m.k' },
      undefined,
      'filter cannot be evaluated (JSON object does not contain key "m"): strict $."m"."k" (missing)',
    ],
    // The filter was written for other events.
    [
      'the type before the filter',
      { events: ['workflow.*'], filter: '$.n == 2' },
      undefined,
      'no pattern of {workflow.*} matches ticket.created',
    ],
  ])('%s', async ([, wants, tenant, words], { db }) => {
    const id = await webhook(db, wants)
    const event = await emit(db, 'ticket.created', { n: 1 }, tenant)
    const nothing = { status: null, attempts: null, next_attempt_at: null, response_status: null, error: null }
    expect(await explained(db, event, id)).toMatchObject({ matched: false, reason: words, ...nothing })
    await readAll(db)
    expect(await reason(db, event, id)).toBe(words)
  })

  test('it is disabled, since when and for what reason, and what else would have kept it', async ({ db }) => {
    const disabled = await webhook(db)
    const gone = await webhook(db)
    const other = await webhook(db, { enabled: false, filter: '$.n == 2' })
    await db.query('update outbox.webhooks set enabled = false where id = $1', [disabled])
    await db.query('select outbox.disable_webhook($1, $2)', [gone, 'The receiver answered 410 Gone.'])
    const event = await emit(db, 'ticket.created', { n: 1 })
    expect(await explained(db, event, disabled)).toMatchObject({
      matched: false,
      reason: expect.stringMatching(new RegExp(`^disabled since ${INSTANT}$`)),
    })
    expect(await reason(db, event, gone)).toMatch(
      new RegExp(String.raw`^disabled since ${INSTANT} \(The receiver answered 410 Gone\.\)$`),
    )
    expect(await reason(db, event, other)).toMatch(/^filter is false: \$\."n" == 2 \(it is 1\); disabled since /)
  })

  test('the event is meant for another one only', async ({ db }) => {
    const meant = await webhook(db)
    const other = await webhook(db)
    const event = await ask<string>(
      db,
      `insert into outbox.events (type, data, only_for) values ('ticket.created', '{}', $1) returning id`,
      [meant],
    )
    expect(await explained(db, event, meant)).toMatchObject({ matched: true })
    expect(await explained(db, event, other)).toMatchObject({
      matched: false,
      reason: 'meant for another webhook only',
    })
  })

  test('jsonb cannot hold the data', async ({ db }) => {
    const filtered = await webhook(db, { filter: '$.ok == 1' })
    const plain = await webhook(db)
    const event = await emit(db, 'ticket.created', '{"ok":1,"text":"\\u0000"}')
    expect(await reason(db, event, filtered)).toContain('that jsonb cannot hold: the data has \\u0000')
    expect(await explained(db, event, plain)).toMatchObject({ matched: true })
  })
})

describe('a webhook that would match now, but did not when the event was read, is told that', () => {
  const sends = ': outbox.replay sends it$'

  test('it was registered afterwards', async ({ db }) => {
    const event = await emit(db)
    await readAll(db)
    const id = await webhook(db)
    expect(await explained(db, event, id)).toMatchObject({
      matched: false,
      status: null,
      reason: expect.stringMatching(
        new RegExp(
          String.raw`^would match now, but did not when the event was read \(the webhook was registered at ${INSTANT}\)${sends}`,
        ),
      ),
    })
  })

  test('it was changed afterwards', async ({ db }) => {
    const id = await webhook(db, { events: ['workflow.*'] })
    const event = await emit(db)
    await readAll(db)
    await db.query(`update outbox.webhooks set events = '{ticket.*}'`)
    expect(await reason(db, event, id)).toMatch(
      new RegExp(String.raw`\(the webhook was changed at ${INSTANT}\)${sends}`),
    )
  })

  test('it was disabled until afterwards', async ({ db }) => {
    const id = await webhook(db, { enabled: false })
    const event = await emit(db)
    await readAll(db)
    await db.query('update outbox.webhooks set enabled = true')
    await db.query(`update outbox.webhooks set description = 'changed since'`)
    expect(await reason(db, event, id)).toMatch(
      new RegExp(String.raw`\(the webhook was disabled until ${INSTANT}\)${sends}`),
    )
  })

  test('nothing more, where its dates tell nothing', async ({ db }) => {
    const id = await webhook(db)
    const event = await emit(db)
    await readAll(db)
    expect(await reason(db, event, id)).toBe(
      'would match now, but did not when the event was read: outbox.replay sends it',
    )
  })
})
