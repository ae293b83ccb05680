/** Causes: how long a chain of events is, and what becomes of the one that is too many. */
import type { Client } from '../../sql/db.ts'
import { explained } from '../support/explain.ts'
import { ask, deliveries, describe, emit, expect, makeWebhook, only, registerRelay, test } from '../support/world.ts'

const UNKNOWN = '00000000-0000-7000-8000-000000000000'

function depth(db: Client, context: string | null, most = 10): Promise<number> {
  return ask(db, 'select outbox.cause_depth($1, $2)', [context, most])
}

/** An event with this context. */
async function emitWith(db: Client, context: unknown, key?: string): Promise<string> {
  await db.query('begin')
  await db.query(`select set_config('outbox.context', $1, true)`, [
    typeof context === 'string' ? context : JSON.stringify(context),
  ])
  const id = await ask<string>(db, `select outbox.emit('ticket.created', '{}', key => $1)`, [key])
  await db.query('commit')
  return id
}

/** Each the cause of the next. */
async function chain(db: Client, length: number, key?: string): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < length; n += 1)
    ids.push(await emitWith(db, n === 0 ? {} : { cause: ids[n - 1], actor: 'robot' }, key))
  return ids
}

/** What a relay would be given to send, by event. */
async function nextMatches(db: Client, relay = 1): Promise<Record<string, string[]>> {
  const { rows } = await db.query<{ batch_id: string }>('select batch_id from outbox.next_batch($1) limit 1', [relay])
  const matches = await db.query<{ webhook_id: string; event_id: string }>(
    'select webhook_id, unnest(event_ids) as event_id from outbox.batch_matches($1)',
    [only(rows).batch_id],
  )
  const takers: Record<string, string[]> = {}
  for (const { webhook_id, event_id } of matches.rows) (takers[event_id] ??= []).push(webhook_id)
  return takers
}

describe('outbox.cause_depth', () => {
  test('counts the events before one in its chain, and no further than one beyond the most', async ({ db }) => {
    const ids = await chain(db, 5)
    const depths = []
    for (const cause of ids) depths.push(await depth(db, JSON.stringify({ cause })))
    expect(depths).toEqual([1, 2, 3, 4, 5])
    expect(await depth(db, JSON.stringify({ cause: ids[4] }), 2)).toBe(3)
  })

  test.for<[what: string, context: string | null, depth: number]>([
    ['no context', null, 0],
    ['no cause', '{"actor":"ann"}', 0],
    ['no object but a list', '["cause"]', 0],
    ['no object but a text', '"cause"', 0],
    ['null', 'null', 0],
    ['a cause that is null', '{"cause":null}', 0],
    ['a cause that is no uuid', '{"cause":"invoice 17"}', 0],
    ['a cause that is a number', '{"cause":17}', 0],
    ['a cause that is an object', `{"cause":{"id":"${UNKNOWN}"}}`, 0],
    ['a \\u0000 beside the cause', `{"cause":"${UNKNOWN}","note":"\\u0000"}`, 0],
    // It was named: that it is no longer in the log, or never was, is where the chain ends.
    ['an unknown cause', `{"cause":"${UNKNOWN}"}`, 1],
    ['an unknown cause in capitals and braces', `{"cause":"{${UNKNOWN.toUpperCase()}}"}`, 1],
  ])('of a context with %s', async ([, context, expected], { db }) => {
    expect(await depth(db, context)).toBe(expected)
  })

  test('of an event that names itself, or of two that name each other, is beyond any most', async ({ db }) => {
    const self = '01a20a6f-0000-7000-8000-000000000001'
    const [one, two] = ['01a20a6f-0000-7000-8000-000000000002', '01a20a6f-0000-7000-8000-000000000003']
    for (const [id, cause] of [
      [self, self],
      [one, two],
      [two, one],
    ])
      await db.query(`insert into outbox.events (id, type, data, context) values ($1, 'a.b', '{}', $2)`, [
        id,
        JSON.stringify({ cause }),
      ])
    expect(await depth(db, JSON.stringify({ cause: self }))).toBe(11)
    expect(await depth(db, JSON.stringify({ cause: one }), 1000)).toBe(1001)
  })

  test('of a chain that leaves the log ends there', async ({ db }) => {
    const ids = await chain(db, 4)
    await db.query('delete from outbox.events where id = $1', [ids[1]])
    expect(await depth(db, JSON.stringify({ cause: ids[3] }))).toBe(3)
  })
})

describe('an event too deep in a chain of causes', () => {
  test('is dead for each webhook that wants it, at once and without an attempt; the others are sent', async ({
    db,
  }) => {
    const wants = await makeWebhook(db, { url: 'http://127.0.0.1:9/a' })
    const other = await makeWebhook(db, { url: 'http://127.0.0.1:9/b', events: ['workflow.*'] })
    await db.query('update outbox.settings set max_cause_depth = 2')
    const ids = await chain(db, 5)
    expect(await nextMatches(db)).toEqual(Object.fromEntries(ids.slice(0, 3).map((id) => [id, [wants]])))
    const error = 'not sent: its chain of causes is longer than max_cause_depth (2)'
    expect(await deliveries(db, wants)).toMatchObject(
      ids.slice(3).map((event_id) => ({ event_id, status: 'dead', attempts: 0, response: { status: null, error } })),
    )
    expect(await ask(db, 'select count(*)::int from outbox.webhook_attempts')).toBe(0)
    expect(await deliveries(db, other)).toEqual([])
    expect(await explained(db, ids[4] ?? '', wants)).toMatchObject({ matched: true, status: 'dead', reason: error })
  })

  test('is told before it is read', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('update outbox.settings set max_cause_depth = 1')
    const [, second, third] = await chain(db, 3)
    expect((await explained(db, second ?? '', id)).reason).toBe('not read yet; no relay is at work')
    expect((await explained(db, third ?? '', id)).reason).toBe(
      'not read yet; no relay is at work; will not be sent: its chain of causes is longer than max_cause_depth (1)',
    )
  })

  test('is dead once, when its batch is taken over', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('update outbox.settings set max_cause_depth = 1')
    const ids = await chain(db, 3)
    const first = await nextMatches(db)
    await db.query('update outbox.batches set leased_by = null, take_overs = take_overs + 1')
    expect(await nextMatches(db)).toEqual(first)
    expect(await deliveries(db, id)).toMatchObject([{ event_id: ids[2], status: 'dead' }])
  })

  test('stays pending where a person has resent it while its batch is taken over', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('update outbox.settings set max_cause_depth = 1')
    const ids = await chain(db, 3)
    await nextMatches(db)
    await db.query('select outbox.resend(outbox.delivery_id($1, $2))', [ids[2], id])
    await db.query('update outbox.batches set leased_by = null, take_overs = take_overs + 1')
    await nextMatches(db)
    expect(await deliveries(db, id)).toMatchObject([{ event_id: ids[2], status: 'pending' }])
  })

  test('is not queued for an ordered webhook either, and holds back none of its key', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('update outbox.webhooks set ordered = true')
    await db.query('update outbox.settings set max_cause_depth = 1')
    const ids = await chain(db, 3, 'k')
    const after = await emitWith(db, {}, 'k')
    expect(await nextMatches(db)).toEqual({})
    const seen = await deliveries(db, id)
    expect(seen.map(({ event_id, status }) => [event_id, status])).toEqual([
      [ids[0], 'pending'],
      [ids[1], 'pending'],
      [ids[2], 'dead'],
      [after, 'pending'],
    ])
    const relay = await registerRelay(db)
    const sent: string[] = []
    for (let n = 0; n < 4; n += 1) {
      const { rows } = await db.query<{ event_id: string }>('select event_id from outbox.claim_due($1)', [relay])
      for (const { event_id } of rows) {
        sent.push(event_id)
        await db.query(
          `select outbox.record_attempts($1, array[$2::uuid], array[$3::uuid], '{1}', '{t}', '{5}', '{4.5}', '{200}', '{"{}"}', '{ok}', '{NULL}', '{NULL}')`,
          [relay, event_id, id],
        )
      }
    }
    expect(sent).toEqual([ids[0], ids[1], after])
  })

  test('does not keep other events with a context from being sent', async ({ db }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('update outbox.settings set max_cause_depth = 1')
    const ids: string[] = []
    for (const context of [
      'not json',
      '[1]',
      '{"cause":"x"}',
      `{"cause":"${UNKNOWN}"}`,
      '{"cause":"\\u0000"}',
      '{"actor":"ann"}',
    ])
      ids.push(await emitWith(db, context))
    ids.push(await emit(db))
    expect(Object.keys(await nextMatches(db)).toSorted()).toEqual(ids.toSorted())
    expect(await deliveries(db, id)).toEqual([])
  })
})
