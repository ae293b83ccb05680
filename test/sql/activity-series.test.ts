/** outbox.activity and outbox.sparklines: what relays counted, as charts draw it. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, expect, makeWebhook, test } from '../support/world.ts'

const url = 'http://127.0.0.1:9'

interface Step {
  bucket: Date
  delivered: string
  failed: string
  dead: string
  p50_ms: number | null
  p95_ms: number | null
  p99_ms: number | null
}

async function activity(db: Client, webhook_id: string | null, since: string, step: string): Promise<Step[]> {
  const { rows } = await db.query<Step>('select * from outbox.activity($1, now() - $2::interval, $3)', [
    webhook_id,
    since,
    step,
  ])
  return rows
}

/** Counted so long ago, in a minute of 2 attempts a webhook; relays count both tables at once. */
async function count(db: Client, webhook_id: string, age: string, durations = '{0,0,0,2}'): Promise<void> {
  await db.query(
    `with counted as (select now() - $2::interval as at)
     insert into outbox.activity_minutes (minute, webhook_id, delivered, failed, dead, durations)
     select date_trunc('minute', at), $1, 1, 1, 1, $3::integer[] from counted`,
    [webhook_id, age, durations],
  )
  await db.query(
    `insert into outbox.activity_hours as h (hour, webhook_id, delivered, failed, dead, durations)
     values (date_trunc('hour', now() - $2::interval, 'UTC'), $1, 1, 1, 1, $3)
     on conflict (hour, webhook_id) do update set delivered = h.delivered + 1, failed = h.failed + 1, dead = h.dead + 1`,
    [webhook_id, age, durations],
  )
}

const filled = (rows: Step[]) => rows.filter((row) => row.delivered !== '0')

describe('outbox.activity', () => {
  test('has a row for every step, oldest first, where nothing was sent too', async ({ db }) => {
    const rows = await activity(db, null, '1 hour', '1 min')
    expect(rows).toHaveLength(61)
    const empty = { delivered: '0', failed: '0', dead: '0', p50_ms: null, p95_ms: null, p99_ms: null }
    for (const { bucket, ...rest } of rows) {
      expect(bucket.getTime() % 60_000).toBe(0)
      expect(rest).toEqual(empty)
    }
    expect(rows.map((row) => row.bucket.getTime())).toEqual(
      rows.map((row) => row.bucket.getTime()).toSorted((one, other) => one - other),
    )
  })

  test('adds up the minutes of a step, of one webhook or of all', async ({ db }) => {
    const [one, other] = [await makeWebhook(db, { url }), await makeWebhook(db, { url })]
    // Both in the step of ten minutes that ended last.
    const age = await ask<string>(
      db,
      `select (now() - date_bin('10 min', now(), '2000-01-01 UTC') + interval '90 s')::text`,
    )
    const earlier = await ask<string>(db, `select ($1::interval + interval '2 min')::text`, [age])
    await count(db, one, age)
    await count(db, one, earlier)
    await count(db, other, age, '{0,0,0,0,0,0,0,98}')
    expect(filled(await activity(db, one, '30 min', '10 min'))).toMatchObject([
      // All four lie between 2 and 2.83 ms.
      { delivered: '2', failed: '2', dead: '2', p50_ms: 2.4 },
    ])
    const all = filled(await activity(db, null, '30 min', '10 min'))
    expect(all).toMatchObject([{ delivered: '3', failed: '3', dead: '3' }])
    expect(all[0]?.p50_ms).toBeGreaterThan(8)
    expect(all[0]?.p99_ms).toBeGreaterThan(Number(all[0]?.p50_ms))
  })

  test('gives the same by the hour, wherever it takes it from', async ({ db }) => {
    const webhook = await makeWebhook(db, { url })
    for (const age of ['0 min', '70 min', '71 min', '5 hours']) await count(db, webhook, age)
    const by_hour = filled(await activity(db, null, '23 hours', '1 hour'))
    // Steps that are no whole hours are added up from minutes, and so is what lies further back than the hours do.
    const by_minute = filled(await activity(db, null, '47 hours', '1 hour'))
    expect(by_hour).toEqual(by_minute)
    await db.query('delete from outbox.activity_minutes')
    expect(filled(await activity(db, null, '23 hours', '1 hour'))).toEqual(by_hour)
    expect(filled(await activity(db, null, '23 hours', '30 min'))).toEqual([])
  })

  test.for([
    ['since', '3 days', '1 min'],
    ['since', '-1 min', '1 min'],
    ['since', null, '1 min'],
    ['step', '1 hour', '30 s'],
    ['step', '1 hour', '90 s'],
    ['step', '1 hour', '25 hours'],
    ['step', '1 hour', '1 mon'],
    ['step', '1 hour', null],
  ])('refuses a value of %s that does not fit: %s, %s', async ([name, since, step], { db }) => {
    await expect(activity(db, null, since as string, step as string)).rejects.toMatchObject({
      code: 'OB001',
      message: expect.stringContaining(`"${name}"`) as string,
    })
  })

  test('may be called by who may only read', async ({ db }) => {
    await db.query('set role outbox_reader')
    expect(await activity(db, null, '1 hour', '1 min')).toHaveLength(61)
  })
})

describe('outbox.sparklines', () => {
  test('has 24 hours of each webhook, in the order in which they were asked for', async ({ db }) => {
    const [busy, idle] = [await makeWebhook(db, { url }), await makeWebhook(db, { url })]
    await count(db, busy, '0 min')
    await count(db, busy, '23 hours')
    const { rows } = await db.query('select * from outbox.sparklines($1)', [[idle, busy]])
    const nothing = Array.from({ length: 24 }, () => 0)
    const some = [1, ...nothing.slice(2), 1]
    const since = await ask(db, `select date_trunc('hour', now() - interval '23 hours', 'UTC')`)
    expect(rows).toEqual([
      { webhook_id: idle, since, delivered: nothing, failed: nothing, dead: nothing },
      { webhook_id: busy, since, delivered: some, failed: some, dead: some },
    ])
    expect((await db.query(`select from outbox.sparklines('{}')`)).rows).toEqual([])
  })

  test('refuses a list that is missing or too long', async ({ db }) => {
    for (const list of ['null', 'array_fill(gen_random_uuid(), array[201])'])
      await expect(db.query(`select from outbox.sparklines(${list})`)).rejects.toMatchObject({ code: 'OB001' })
  })
})
