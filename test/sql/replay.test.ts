/** outbox.replay, carried on by outbox.advance_replays as a relay would, at instants that the test states. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, emitMany, expect, makeWebhook, only, registerRelay, test } from '../support/world.ts'

interface Replay {
  replay_id: string | null
  for_webhook: string
  url: string
  deliveries: string
}

/** Reads the log, as if relays had long dealt with it. */
async function readLog(db: Client): Promise<void> {
  const relay = await registerRelay(db)
  while (await ask(db, 'select max(batch_id) is not null from outbox.next_batch($1)', [relay]));
  await db.query('delete from outbox.batches')
}

async function replay(db: Client, webhook: string | null, rest = ''): Promise<Replay[]> {
  const { rows } = await db.query<Replay>(
    `select * from outbox.replay($1, now() - interval '1 hour', now() + interval '1 min' ${rest})`,
    [webhook],
  )
  return rows
}

/** `seconds` after the replays were last advanced. */
const advance = (db: Client, seconds = 3600) =>
  ask<number>(
    db,
    `select outbox.advance_replays((select min(advanced_at) from outbox.replays where finished_at is null) + make_interval(secs => $1))::int`,
    [seconds],
  )

async function queued(db: Client, webhook: string): Promise<string[]> {
  const { rows } = await db.query<{ event_id: string }>(
    'select event_id from outbox.pending_deliveries where webhook_id = $1 order by event_id',
    [webhook],
  )
  return rows.map((row) => row.event_id)
}

describe('outbox.replay', () => {
  test('dry counts by webhook and writes nothing', async ({ db }) => {
    await emitMany(db, 3)
    await emit(db, 'workflow.started')
    const a = await makeWebhook(db, { url: 'http://a.test', events: ['ticket.*'] })
    const b = await makeWebhook(db, { url: 'http://b.test' })
    await makeWebhook(db, { url: 'http://c.test', events: ['test.*'] })
    await makeWebhook(db, { url: 'http://d.test', enabled: false })
    await readLog(db)
    expect(await replay(db, null, ', dry_run => true')).toEqual([
      { replay_id: null, for_webhook: a, url: 'http://a.test', deliveries: '3' },
      { replay_id: null, for_webhook: b, url: 'http://b.test', deliveries: '4' },
    ])
    expect(await replay(db, b, `, event_types => '{workflow.*}', dry_run => true`)).toMatchObject([{ deliveries: '1' }])
    expect(await ask(db, 'select count(*)::int from outbox.replays')).toBe(0)
  })

  test('queues what matches, at its rate, to the end', async ({ db }) => {
    const ids = await emitMany(db, 25)
    await emit(db, 'workflow.started')
    const webhook = await makeWebhook(db, { url: 'http://a.test', events: ['ticket.*'], filter: '$.n > 5' })
    await readLog(db)
    const { replay_id, deliveries } = only(await replay(db, webhook, ', rate_limit => 8'))
    expect(deliveries).toBe('20')
    expect(await advance(db, 0.1)).toBe(0)
    expect(await advance(db, 1)).toBe(8)
    expect(await advance(db, 1)).toBe(8)
    expect(await queued(db, webhook)).toEqual(ids.slice(5, 21))
    expect(await advance(db, 1)).toBe(4)
    expect(await advance(db, 1)).toBe(0)
    expect(await queued(db, webhook)).toEqual(ids.slice(5))
    const { rows } = await db.query(
      'select total, deliveries, finished_at is not null as finished, requested_by from outbox.replays where id = $1',
      [replay_id],
    )
    expect(rows).toEqual([{ total: '20', deliveries: '20', finished: true, requested_by: expect.any(String) }])
  })

  test('does not make up for a standstill at once', async ({ db }) => {
    await emitMany(db, 100)
    const webhook = await makeWebhook(db, { url: 'http://a.test' })
    await readLog(db)
    await replay(db, webhook, ', rate_limit => 10')
    expect(await advance(db, 86_400)).toBe(50)
  })

  test('leaves alone what relays have not dealt with yet: it takes its own way', async ({ db }) => {
    const webhook = await makeWebhook(db, { url: 'http://a.test' })
    await emit(db)
    const relay = await registerRelay(db)
    await db.query('select from outbox.next_batch($1)', [relay])
    await emit(db)
    expect(await replay(db, webhook, ', dry_run => true')).toMatchObject([{ deliveries: '0' }])
  })

  test('resends what was delivered or dead; “missed” only what has no delivery, “dead” only what was given up', async ({
    db,
  }) => {
    const [delivered, dead, missed] = await emitMany(db, 3)
    const webhook = await makeWebhook(db, { url: 'http://a.test' })
    await readLog(db)
    await db.query(
      `insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms)
       select outbox.delivery_id(e.id, $1), $1, e.id, 'ticket.created', e.status, 2, now(), now(), 1
       from unnest(array[$2, $3]::uuid[], '{delivered,dead}'::text[]) as e (id, status)`,
      [webhook, delivered, dead],
    )
    for (const [which, expected] of [
      ['missed', [missed]],
      ['dead', [dead]],
      ['all', [delivered, dead, missed]],
    ] as const) {
      await db.query('begin')
      expect(await replay(db, webhook, `, which => '${which}'`)).toMatchObject([
        { deliveries: String(expected.length) },
      ])
      await advance(db)
      expect(await queued(db, webhook)).toEqual(expected)
      await db.query('rollback')
    }
  })

  test('waits while its webhook is disabled or everything is paused', async ({ db }) => {
    await emitMany(db, 3)
    const webhook = await makeWebhook(db, { url: 'http://a.test' })
    await readLog(db)
    await replay(db, webhook)
    await db.query('update outbox.webhooks set enabled = false')
    expect(await advance(db)).toBe(0)
    await db.query('update outbox.webhooks set enabled = true; select outbox.pause()')
    expect(await advance(db)).toBe(0)
    await db.query('select outbox.resume()')
    expect(await advance(db)).toBe(3)
  })

  test('goes on where it was when the one who carried it out is gone', async ({ db, connect }) => {
    const ids = await emitMany(db, 30)
    const webhook = await makeWebhook(db, { url: 'http://a.test' })
    await readLog(db)
    await replay(db, webhook, ', rate_limit => 10')
    expect(await advance(db, 1)).toBe(10)
    const doomed = await connect()
    await doomed.query('begin')
    expect(await advance(doomed, 1)).toBe(10)
    expect(await advance(db, 1), 'while another has it').toBe(0)
    await doomed.query('rollback')
    expect(await advance(db, 1)).toBe(10)
    expect(await advance(db, 1)).toBe(10)
    expect(await queued(db, webhook)).toEqual(ids)
  })

  test('ends when it is cancelled; what it queued stays', async ({ db }) => {
    await emitMany(db, 30)
    const webhook = await makeWebhook(db, { url: 'http://a.test' })
    await readLog(db)
    const { replay_id } = only(await replay(db, webhook, ', rate_limit => 10'))
    await advance(db, 1)
    expect(await ask(db, 'select outbox.cancel_replay($1)', [replay_id])).toBe(true)
    expect(await ask(db, 'select outbox.cancel_replay($1)', [replay_id])).toBe(false)
    expect(await advance(db)).toBe(0)
    expect(await queued(db, webhook)).toHaveLength(10)
    await expect(db.query('select outbox.cancel_replay(0)')).rejects.toMatchObject({ code: 'OB002' })
  })

  test('refuses what does not fit, and names it', async ({ db }) => {
    const webhook = await makeWebhook(db, { url: 'http://a.test', enabled: false })
    const refused: [args: string, code: string, message: string][] = [
      [`'${webhook}', null`, 'OB001', 'arguments "since" and "until" are null'],
      [`'${webhook}', now(), now() - interval '1 s'`, 'OB001', 'arguments "since" and "until" are'],
      [`'${webhook}', now() - interval '1 h', event_types => '{}'`, 'OB001', 'argument "event_types" is empty'],
      [`'${webhook}', now() - interval '1 h', which => 'some'`, 'OB001', `argument "which" is 'some'`],
      [`'${webhook}', now() - interval '1 h', rate_limit => 0`, 'OB001', 'argument "rate_limit" is 0'],
      [`'${webhook}', now() - interval '1 h'`, 'OB001', `the webhook ${webhook} is disabled`],
      [`gen_random_uuid(), now() - interval '1 h'`, 'OB002', 'argument "webhook_id" is'],
    ]
    for (const [args, code, message] of refused)
      await expect(db.query(`select outbox.replay(${args})`)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
        hint: expect.any(String),
      })
  })
})
