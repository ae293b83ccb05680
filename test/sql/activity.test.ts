/** What relays count, added up in SQL: by minute, by webhook, and since when a webhook fails. */
import * as fc from 'fast-check'
import { bucketOf } from '../../relay/activity.ts'
import type { Client } from '../../sql/db.ts'
import { ask, describe, expect, makeWebhook, only, test } from '../support/world.ts'

const NOW = '2026-06-01T12:00:30Z'
const url = 'http://127.0.0.1:9'

interface Counted {
  webhook_id: string
  delivered?: number
  failed?: number
  dead?: number
  durations?: number[]
  success_age_ms?: number | null
  failure_age_ms?: number | null
  failing_age_ms?: number | null
  last_failure?: string | null
}

async function record(db: Client, counted: Counted[], now = NOW): Promise<void> {
  const whole = counted.map((one) => ({ delivered: 0, failed: 0, dead: 0, durations: [], ...one }))
  await db.query('select outbox.record_activity($1, $2)', [JSON.stringify(whole), now])
}

async function minutes(db: Client): Promise<object[]> {
  const { rows } = await db.query(
    `select to_char(minute at time zone 'UTC', 'HH24:MI') as at, delivered, failed, dead, durations
     from outbox.activity_minutes order by minute, webhook_id`,
  )
  return rows
}

interface State {
  last_attempt_at: Date | null
  last_success_at: Date | null
  last_failure_at: Date | null
  failing_since: Date | null
  last_failure: string | null
}

async function stateOf(db: Client, webhook_id: string): Promise<State> {
  const { rows } = await db.query<State>(
    `select last_attempt_at, last_success_at, last_failure_at, failing_since, last_failure
     from outbox.webhook_activity where webhook_id = $1`,
    [webhook_id],
  )
  return only(rows)
}

describe('outbox.record_activity', () => {
  test('adds up what is counted in one minute of the database, and begins anew in the next', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await record(db, [{ webhook_id, delivered: 2, failed: 1, dead: 1, durations: [0, 3] }])
    await record(db, [{ webhook_id, delivered: 1, durations: [1, 0, 0, 5] }], '2026-06-01T12:00:59.999Z')
    await record(db, [{ webhook_id, failed: 4 }], '2026-06-01T12:01:00Z')
    expect(await minutes(db)).toEqual([
      { at: '12:00', delivered: 3, failed: 1, dead: 1, durations: [1, 3, 0, 5] },
      { at: '12:01', delivered: 0, failed: 4, dead: 0, durations: [] },
    ])
  })

  test('takes the clock of the database where none is given', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await db.query('select outbox.record_activity($1)', [
      JSON.stringify([{ webhook_id, delivered: 1, failed: 0, dead: 0, durations: [1], success_age_ms: 0 }]),
    ])
    expect(
      await ask(
        db,
        `select m.minute = date_trunc('minute', a.last_success_at) and now() - a.last_success_at < '5 s'
         from outbox.activity_minutes as m join outbox.webhook_activity as a using (webhook_id)`,
      ),
    ).toBe(true)
  })

  test('skips a webhook that has been deleted, and counts the others', async ({ db }) => {
    const [webhook_id, gone] = [await makeWebhook(db, { url }), await makeWebhook(db, { url })]
    await db.query('delete from outbox.webhooks where id = $1', [gone])
    await record(db, [
      { webhook_id: gone, delivered: 7, success_age_ms: 0 },
      { webhook_id, delivered: 1, success_age_ms: 0 },
    ])
    expect(await minutes(db)).toMatchObject([{ delivered: 1 }])
    expect(await ask(db, 'select array_agg(webhook_id) from outbox.webhook_activity')).toEqual([webhook_id])
  })

  test('does not wait for whoever is just deleting a webhook', async ({ db, connect }) => {
    const [webhook_id, going] = [await makeWebhook(db, { url }), await makeWebhook(db, { url })]
    await record(db, [{ webhook_id: going, delivered: 1, success_age_ms: 0 }])
    const other = await connect()
    await other.query('begin')
    await other.query('delete from outbox.webhooks where id = $1', [going])
    await db.query(`set statement_timeout = '900 ms'`)
    await record(
      db,
      [webhook_id, going].map((id) => ({ webhook_id: id, delivered: 1, success_age_ms: 0 })),
    )
    await other.query('commit')
    expect(await ask(db, 'select array_agg(webhook_id) from outbox.webhook_activity')).toEqual([webhook_id])
  })

  test('gives up soon where a table is locked, and has then counted nothing', async ({ db, connect }) => {
    const webhook_id = await makeWebhook(db, { url })
    const other = await connect()
    await other.query('begin; lock table outbox.webhook_activity in exclusive mode')
    // lock_not_available; the relay comes again.
    await expect(record(db, [{ webhook_id, delivered: 1, success_age_ms: 0 }])).rejects.toMatchObject({ code: '55P03' })
    await other.query('commit')
    expect(await minutes(db)).toEqual([])
  })

  test('lets several relays add to the same webhooks at once', async ({ db, connect }) => {
    const ids: string[] = []
    for (let n = 0; n < 30; n += 1) ids.push(await makeWebhook(db, { url }))
    const relays = await Promise.all([1, 2, 3, 4].map(() => connect()))
    await Promise.all(
      relays.map(async (relay, number) => {
        // Each has met the webhooks in another order.
        const order = [...ids.slice(number * 7), ...ids.slice(0, number * 7)]
        if (number % 2 === 1) order.reverse()
        for (let time = 0; time < 20; time += 1)
          await record(
            relay,
            order.map((webhook_id) => ({ webhook_id, delivered: 1, durations: [1], success_age_ms: 0 })),
          )
      }),
    )
    const { rows } = await db.query('select distinct delivered, durations from outbox.activity_minutes')
    expect(rows).toEqual([{ delivered: 80, durations: [80] }])
  })

  test('deletes minutes older than two days, so many at a time, the oldest first', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await db.query(
      `insert into outbox.activity_minutes (minute, webhook_id)
       select $2::timestamptz - interval '2 days' - n * interval '1 min', $1 from generate_series(-1, 2998) as n`,
      [webhook_id, '2026-06-01T12:00:00Z'],
    )
    const left = () => ask<number>(db, 'select count(*)::int from outbox.activity_minutes')
    await record(db, [])
    expect(await left()).toBe(1_000)
    expect(await ask(db, `select max(minute) = '2026-05-30T12:01:00Z' from outbox.activity_minutes`)).toBe(true)
    await record(db, [])
    expect(await left()).toBe(1)
  })

  test('may be called by the role of relays', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await db.query('set role outbox_relay')
    await record(db, [{ webhook_id, delivered: 1, success_age_ms: 0 }])
    await db.query('reset role')
    expect(await minutes(db)).toMatchObject([{ delivered: 1 }])
  })
})

/** One attempt: which relay made it, whether it succeeded, and whether the relay writes its counts after it. */
interface Step {
  relay: number
  delivered: boolean
  flush: boolean
}

interface Memory {
  success: number | null
  failure: number | null
  failing: number | null
}

/** Plays the attempts, a second apart, as relays count and write them. */
async function play(db: Client, webhook_id: string, steps: readonly Step[]): Promise<void> {
  const empty = (): Memory => ({ success: null, failure: null, failing: null })
  const memories = new Map<number, Memory>()
  const start_ms = Date.parse(NOW)
  const write = async (relay: number, second: number) => {
    const { success, failure, failing } = memories.get(relay) ?? empty()
    memories.delete(relay)
    const age = (at: number | null) => (at === null ? null : (second - at) * 1_000)
    const last_failure = failure === null ? null : `failure ${failure}`
    await record(
      db,
      [
        {
          webhook_id,
          success_age_ms: age(success),
          failure_age_ms: age(failure),
          failing_age_ms: age(failing),
          last_failure,
        },
      ],
      new Date(start_ms + second * 1_000).toISOString(),
    )
  }
  for (const [second, { relay, delivered, flush }] of steps.entries()) {
    const before = memories.get(relay) ?? empty()
    memories.set(
      relay,
      delivered
        ? { ...before, success: second, failing: null }
        : { ...before, failure: second, failing: before.failing ?? second },
    )
    if (flush) await write(relay, second)
  }
  for (const relay of memories.keys()) await write(relay, steps.length)
}

/** Seconds after the beginning. */
const second = (at: Date | null | undefined) => (at ? (at.getTime() - Date.parse(NOW)) / 1_000 : null)

function truth(steps: readonly Step[]) {
  const success = steps.findLastIndex(({ delivered }) => delivered)
  const failure = steps.findLastIndex(({ delivered }) => !delivered)
  const first = steps.findIndex(({ delivered }, index) => !delivered && index > success)
  const or_null = (index: number) => (index < 0 ? null : index)
  return { success: or_null(success), failure: or_null(failure), first: or_null(first) }
}

const stepsOf = (relays: number) =>
  fc.array(fc.record({ relay: fc.nat(relays - 1), delivered: fc.boolean(), flush: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  })

describe('failing_since', () => {
  test.for<[string, boolean[][], number | null]>([
    ['is the first failure', [[false, false]], 0],
    ['stays it with later ones', [[true], [false], [false, false]], 1],
    ['is cleared by a success', [[false], [true]], null],
    ['is cleared by a success among failures of one write', [[false, true]], null],
    ['begins anew behind a success in one write', [[false], [false, true, false, false]], 3],
  ])('%s', async ([, writes, expected], { db }) => {
    const webhook_id = await makeWebhook(db, { url })
    const steps = writes.flatMap((write) =>
      write.map((delivered, index) => ({ relay: 0, delivered, flush: index === write.length - 1 })),
    )
    await play(db, webhook_id, steps)
    expect(second((await stateOf(db, webhook_id)).failing_since)).toBe(expected)
  })

  test('is exact for one relay, wherever its writes divide the attempts', async ({ db }) => {
    await fc.assert(
      fc.asyncProperty(stepsOf(1), async (steps) => {
        const webhook_id = await makeWebhook(db, { url })
        await play(db, webhook_id, steps)
        const state = await stateOf(db, webhook_id)
        const { success, failure, first } = truth(steps)
        expect({
          success: second(state.last_success_at),
          failure: second(state.last_failure_at),
          attempt: second(state.last_attempt_at),
          first: second(state.failing_since),
          why: state.last_failure,
        }).toEqual({
          success,
          failure,
          attempt: steps.length - 1,
          first,
          why: failure === null ? null : `failure ${failure}`,
        })
      }),
      { numRuns: 60 },
    )
  })

  test('is null just when the last attempt of all relays succeeded, in whatever order they write', async ({ db }) => {
    await fc.assert(
      fc.asyncProperty(stepsOf(3), async (steps) => {
        const webhook_id = await makeWebhook(db, { url })
        await play(db, webhook_id, steps)
        const state = await stateOf(db, webhook_id)
        const { success, failure, first } = truth(steps)
        const since = second(state.failing_since)
        expect([second(state.last_success_at), second(state.last_failure_at)]).toEqual([success, failure])
        expect(since === null).toBe(first === null)
        // A relay tells only the first and the last of several failures: the truth may lie in between, never later.
        if (since !== null && first !== null && failure !== null) {
          expect(since).toBeGreaterThanOrEqual(first)
          expect(since).toBeLessThanOrEqual(failure)
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Where an element of the histogram begins and ends, as the column's comment says, in milliseconds. */
const boundsOf = (n: number) => [n === 1 ? 0 : 2 ** ((n - 2) / 2), n === 40 ? Infinity : 2 ** ((n - 1) / 2)] as const

describe('a histogram of durations', () => {
  test('has each duration in the element that its comment names', () => {
    const durations = fc.oneof(fc.double({ min: 0, max: 4, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }))
    fc.assert(
      fc.property(durations, (duration_ms) => {
        const [from, to] = boundsOf(bucketOf(duration_ms) + 1)
        expect(duration_ms).toBeGreaterThanOrEqual(from * (1 - 1e-12))
        expect(duration_ms).toBeLessThan(to * (1 + 1e-12))
      }),
    )
    expect([0, 0.999, 1, 2, 4, 1_024, 1e9].map((ms) => bucketOf(ms) + 1)).toEqual([1, 1, 2, 4, 6, 22, 40])
  })
})

describe('outbox.percentile_of', () => {
  const percentile = (db: Client, durations: (number | null)[] | null, fraction: number) =>
    ask<number | null>(db, 'select outbox.percentile_of($1, $2)', [durations, fraction])

  test('lies within the element of the exact percentile', async ({ db }) => {
    const duration = fc.oneof(
      fc.double({ min: 0.01, max: 50, noNaN: true }),
      fc.double({ min: 0.01, max: 4e5, noNaN: true }),
    )
    const fraction = fc.constantFrom(0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1)
    await fc.assert(
      fc.asyncProperty(fc.array(duration, { minLength: 1, maxLength: 60 }), fraction, async (durations, share) => {
        const histogram: number[] = []
        for (const ms of durations) {
          const bucket = bucketOf(ms)
          while (histogram.length <= bucket) histogram.push(0)
          histogram[bucket] = (histogram[bucket] ?? 0) + 1
        }
        const exact = await ask<number>(
          db,
          'select percentile_disc($2::float8) within group (order by d) from unnest($1::float8[]) as d',
          [durations, share],
        )
        const [from, to] = boundsOf(bucketOf(exact) + 1)
        const estimated = await percentile(db, histogram, share)
        expect(estimated).toBeGreaterThanOrEqual(from * (1 - 1e-9))
        expect(estimated).toBeLessThanOrEqual(to * (1 + 1e-9))
      }),
      { numRuns: 200 },
    )
  })

  test('is interpolated within the element', async ({ db }) => {
    // All between 4 and 4 * sqrt 2: a quarter of them is taken to lie in the first quarter of that.
    expect(await percentile(db, [0, 0, 0, 0, 0, 8], 0.25)).toBeCloseTo(4 + (4 * Math.SQRT2 - 4) / 4, 9)
  })

  test('is null without attempts, takes null for none, and is where the last element begins at most', async ({
    db,
  }) => {
    for (const empty of [null, [], [0, 0], [null]]) expect(await percentile(db, empty, 0.5)).toBeNull()
    expect(await percentile(db, [null, 2, null], 1)).toBeCloseTo(Math.SQRT2, 9)
    const last = Array.from({ length: 40 }, (_, index) => (index === 39 ? 3 : 0))
    expect(await percentile(db, last, 0.95)).toBe(2 ** 19)
  })
})
