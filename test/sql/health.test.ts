import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, expect, makeWebhook, registerRelay, test } from '../support/world.ts'

interface Row {
  severity: string
  subject: string
  finding: string
  since: Date | null
  mend: string | null
}

async function health(db: Client): Promise<Row[]> {
  return (await db.query<Row>('select severity, subject, finding, since, mend from outbox.health')).rows
}

/** Takes the place of a relay: registered, and its lock held. */
async function pretendRelay(db: Client): Promise<void> {
  await db.query('select pg_advisory_lock(1869968483, $1)', [await registerRelay(db)])
}

describe('outbox.health', () => {
  test('is one row with ok while all is well', async ({ db }) => {
    await pretendRelay(db)
    expect(await health(db)).toEqual([
      { severity: 'ok', subject: 'outbox', finding: 'Events are captured, read and sent.', since: null, mend: null },
    ])
  })

  test('tells since when, worst first', async ({ db }) => {
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query(`update outbox.event_cursor set cut_at = '2026-01-01T00:00:00Z'; update outbox.settings set paused_at = '2026-01-02T00:00:00Z';
      insert into outbox.webhooks (url, enabled, disabled_reason) values ('http://127.0.0.1:9/two', false, 'It answered 410.')`)
    const disabled_at = await ask<Date>(db, 'select disabled_at from outbox.webhooks where not enabled')
    const seen = await health(db)
    expect(seen.map(({ severity, since }) => [severity, since?.toISOString()])).toEqual([
      ['error', '2026-01-01T00:00:00.000Z'],
      ['warning', '2026-01-02T00:00:00.000Z'],
      ['warning', disabled_at.toISOString()],
    ])
    expect(seen[1]?.mend).toBe('select outbox.resume()')
  })

  test('is part of what outbox.doctor finds', async ({ db }) => {
    await db.query(`update outbox.settings set paused_at = '2026-01-02T03:04:05Z'`)
    const { rows } = await db.query<Row>('select * from outbox.doctor()')
    expect(rows).toContainEqual({
      severity: 'warning',
      subject: 'everything',
      finding: 'All sending is paused: events are captured and wait. Since 2026-01-02 03:04:05 UTC.',
      mend: 'select outbox.resume()',
    })
  })

  test('reads a handful of rows, however many there are', async ({ db }) => {
    await pretendRelay(db)
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await emit(db)
    await db.query(`insert into outbox.events (type, data) select 'a.b', '{}' from generate_series(1, 20000)`)
    await db.query('select outbox.cut_batches(1)')
    await db.query(`insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at)
      select outbox.delivery_id(e.id, w.id), w.id, e.id, e.type, now(), now() from outbox.events as e cross join outbox.webhooks as w`)
    await db.query(`insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms)
      select d.id, d.webhook_id, d.event_id, d.event_type, 'delivered', 1, now(), now(), 1 from outbox.pending_deliveries as d`)
    await db.query(`insert into outbox.events (type, data) select 'a.b', '{}' from generate_series(1, 20000)`)
    await db.query('analyze')
    await db.query('begin')
    const read = () =>
      ask<number>(
        db,
        `select sum(t.seq_tup_read + t.idx_tup_fetch)::int from pg_stat_xact_all_tables as t
         where t.schemaname = 'outbox' and t.relname ~ '^(events|settled_deliveries|earlier_attempts|pending_deliveries|batches)'`,
      )
    const before = (await read()) ?? 0
    expect((await health(db)).map(({ severity }) => severity)).toEqual(['ok'])
    expect((await read()) - before).toBeLessThan(200)
    await db.query('commit')
  })
})
