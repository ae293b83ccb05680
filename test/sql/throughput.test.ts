/** outbox.throughput: a row a minute, whether or not there was anything. */
import { describe, expect, makeWebhook, test } from '../support/world.ts'

const url = 'http://127.0.0.1:9'

describe('outbox.throughput', () => {
  test('has the sixty minutes of the last hour, newest first, where nothing was sent too', async ({ db }) => {
    const { rows } = await db.query<{ age_min: number; attempts: string; p50_ms: string | null }>(
      `select (extract(epoch from date_trunc('minute', now()) - minute) / 60)::integer as age_min, attempts, p50_ms
       from outbox.throughput`,
    )
    expect(rows.map(({ age_min }) => age_min)).toEqual(Array.from({ length: 60 }, (_, age) => age))
    expect(new Set(rows.map(({ attempts, p50_ms }) => `${attempts} ${p50_ms}`))).toEqual(new Set(['0 null']))
  })

  test('adds up all webhooks, and shares their durations', async ({ db }) => {
    for (const [delivered, failed, dead, durations] of [
      [3, 1, 1, '{0,0,0,4}'],
      [90, 6, 0, '{0,0,0,0,0,96}'],
    ])
      await db.query(
        `insert into outbox.activity_minutes (minute, webhook_id, delivered, failed, dead, durations)
         select date_trunc('minute', now()) - age, $1, $2, $3, $4, $5 from (values (interval '7 min'), (interval '61 min')) as a (age)`,
        [await makeWebhook(db, { url }), delivered, failed, dead, durations],
      )
    const { rows } = await db.query(
      `select attempts, delivered, failed, dead, p50_ms::float8 as p50_ms, p95_ms::float8 as p95_ms
       from outbox.throughput where attempts > 0`,
    )
    // Rank 50 of 100 is 46 of the 96 between 4 and 5.66 ms, rank 95 is 91 of them.
    expect(rows).toEqual([{ attempts: '100', delivered: '93', failed: '7', dead: '1', p50_ms: 4.8, p95_ms: 5.6 }])
  })
})
