/** outbox.would_match: a filter tried on a sample, with nothing written. */
import type { Client } from '../../sql/db.ts'
import { events, refusal } from '../support/events.ts'
import { explain, INSTANT } from '../support/explain.ts'
import { describe, emit, expect, makeWebhook, test, type Webhook } from '../support/world.ts'

function webhook(db: Client, path: string, wants: Partial<Webhook> = {}): Promise<string> {
  return makeWebhook(db, { url: `http://127.0.0.1:9/${path}`, ...wants })
}

/** Path and words by webhook. */
async function wouldMatch(
  db: Client,
  type: string,
  data: string,
  tenant?: string,
): Promise<[string, boolean, string][]> {
  const { rows } = await db.query<{ url: string; matched: boolean; reason: string }>(
    'select * from outbox.would_match($1, $2, $3)',
    [type, data, tenant],
  )
  return rows.map(({ url, matched, reason }) => [url.slice(url.lastIndexOf('/')), matched, reason])
}

describe('outbox.would_match', () => {
  test('has a row for every webhook: those that match first, the others with the reason', async ({ db }) => {
    await webhook(db, 'filtered', { filter: '$.record.priority == "high"' })
    await webhook(db, 'all')
    await webhook(db, 'off', { enabled: false })
    await webhook(db, 'other', { events: ['workflow.*'] })
    await webhook(db, 'acme', { tenant: 'acme' })
    const paused = await webhook(db, 'paused')
    await db.query('select outbox.pause($1)', [paused])
    const held = expect.stringMatching(new RegExp(`^would be held: the webhook is paused since ${INSTANT}$`))
    const off = expect.stringMatching(new RegExp(`^disabled since ${INSTANT}$`))
    expect(await wouldMatch(db, 'ticket.created', '{"record":{"priority":"low"}}')).toEqual([
      ['/all', true, 'would be sent'],
      ['/paused', true, held],
      ['/acme', false, `wants tenant 'acme', the event has none`],
      ['/filtered', false, 'filter is false: $."record"."priority" == "high" (it is "low")'],
      ['/off', false, off],
      ['/other', false, 'no pattern of {workflow.*} matches ticket.created'],
    ])
    expect(await wouldMatch(db, 'ticket.created', '{"record":{"priority":"high"}}', 'acme')).toEqual([
      ['/acme', true, 'would be sent'],
      ['/all', true, 'would be sent'],
      ['/filtered', true, 'would be sent'],
      ['/paused', true, held],
      ['/off', false, off],
      ['/other', false, 'no pattern of {workflow.*} matches ticket.created'],
    ])
  })

  test('writes nothing', async ({ db }) => {
    await webhook(db, 'all')
    await db.query('begin read only')
    expect(await wouldMatch(db, 'invoice.paid', '{}')).toHaveLength(1)
    await db.query('commit')
    expect(await events(db)).toEqual([])
  })

  test('says of a sample what outbox.explain says of the event, in the same words', async ({ db }) => {
    for (const [n, wants] of [
      { events: ['a.*'] },
      { tenant: 'acme' },
      { filter: '$.n == 1 && $.m == 2' },
      { filter: '$.n ? (@ > 5)' },
      { filter: 'strict $.x.y' },
      { filter: '$.at.datetime() < "2026-01-01T12:00:00+00:00".datetime()' },
      { enabled: false, tenant: 'globex' },
    ].entries())
      await webhook(db, String(n), wants)
    await db.query(`set timezone = 'Pacific/Auckland'`)
    for (const [type, tenant, data] of [
      ['ticket.created', 'acme', '{"n":1,"m":1,"at":"2026-01-01T11:30:00"}'],
      ['a.b', undefined, '{"n":7}'],
      ['ticket.created', 'globex', '{"n":"\\u0000"}'],
    ] as const) {
      const event = await explain(db, await emit(db, type, data, tenant))
      const sample = await wouldMatch(db, type, data, tenant)
      const words = (path: string | undefined, matched: boolean, reason: string) => [
        path,
        matched,
        matched ? '' : reason,
      ]
      expect(sample.map(([path, matched, reason]) => words(path, matched, reason))).toEqual(
        event.map(({ url, matched, reason }) => words(url?.slice(url.lastIndexOf('/')), matched, reason)),
      )
    }
  })

  test('refuses what outbox.emit would refuse', async ({ db }) => {
    await webhook(db, 'all')
    for (const [type, data, message] of [
      ['a b', '{}', `argument "event_type" is 'a b'`],
      [null, '{}', 'argument "event_type" is null'],
      ['a.b', null, 'argument "data" is null'],
    ])
      expect(await refusal(db.query('select * from outbox.would_match($1, $2)', [type, data]))).toMatchObject({
        code: 'OB001',
        message: expect.stringContaining(message ?? ''),
        hint: expect.any(String),
      })
    await db.query('update outbox.settings set strict_event_types = true')
    expect(await refusal(wouldMatch(db, 'no.such', '{}'))).toMatchObject({ code: 'OB001' })
    expect(await wouldMatch(db, 'ticket.created', '{}')).toHaveLength(1)
  })
})
