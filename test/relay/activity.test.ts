/** What relays count of themselves: nothing is lost, and nothing counted twice, as long as they can say it to the database. */
import { createActivity, type Activity } from '../../relay/activity.ts'
import type { Outcome } from '../../relay/outcome.ts'
import { createSession } from '../../relay/session.ts'
import type { Client } from '../../sql/db.ts'
import {
  ask,
  describe,
  emit,
  emitMany,
  eventually,
  expect,
  makeWebhook,
  only,
  run,
  settled,
  test,
} from '../support/world.ts'

interface Counts {
  delivered: number
  failed: number
  dead: number
  /** Attempts in the histogram. */
  timed: number
}

/** All that was counted for a webhook, by the minute; by the hour it has to be the same. */
async function counts(db: Client, webhook_id: string): Promise<Counts> {
  const { rows } = await db.query<Counts>(
    `select sum(delivered)::int as delivered, sum(failed)::int as failed, sum(dead)::int as dead,
            sum((select sum(d) from unnest(durations) as d))::int as timed
     from outbox.activity_minutes where webhook_id = $1`,
    [webhook_id],
  )
  const { timed, ...by_minute } = only(rows)
  const hours = await db.query(
    `select sum(delivered)::int as delivered, sum(failed)::int as failed, sum(dead)::int as dead
     from outbox.activity_hours where webhook_id = $1`,
    [webhook_id],
  )
  expect(hours.rows).toEqual([by_minute])
  return { ...by_minute, timed }
}

interface State {
  last_success_at: Date | null
  last_failure_at: Date | null
  failing_since: Date | null
  last_failure: string | null
}

async function stateOf(db: Client, webhook_id: string): Promise<State> {
  const { rows } = await db.query<State>(
    'select last_success_at, last_failure_at, failing_since, last_failure from outbox.webhook_activity where webhook_id = $1',
    [webhook_id],
  )
  return only(rows)
}

describe('a relay that is stopped', () => {
  test('has written all that it counted, to the last attempt', async ({ db, receive, relay }) => {
    const receiver = await receive(({ path }) => ({ status: path === '/good' ? 200 : 503 }))
    const good = await makeWebhook(db, { url: `${receiver.url}/good` })
    const bad = await makeWebhook(db, { url: `${receiver.url}/bad`, retry_schedule: ['1 ms', '1 ms'] })
    const silent = await makeWebhook(db, { url: receiver.url, events: ['ticket.closed'] })
    const { stop } = await relay()
    await emitMany(db, 300)
    await settled(db, good, (seen) => seen.length === 300)
    await settled(db, bad, (seen) => seen.length === 300 && seen.every(({ status }) => status === 'dead'))
    await stop()
    expect(await counts(db, good)).toEqual({ delivered: 300, failed: 0, dead: 0, timed: 300 })
    expect(await counts(db, bad)).toEqual({ delivered: 0, failed: 900, dead: 300, timed: 900 })
    expect(await ask(db, 'select count(*)::int from outbox.activity_minutes where webhook_id = $1', [silent])).toBe(0)
    expect(await stateOf(db, bad)).toMatchObject({ last_success_at: null, last_failure: 'HTTP 503' })
  })

  test('has written what became known only while it stopped', async ({ db, receive, relay }) => {
    const receiver = await receive(() => ({ status: 503, delay_ms: 100 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: [] })
    const { stop } = await relay({ grace_ms: 5_000 })
    await emit(db)
    await receiver.waitFor(1)
    await stop()
    // That it is dead is the recorder's last word.
    expect(await counts(db, webhook_id)).toEqual({ delivered: 0, failed: 1, dead: 1, timed: 1 })
  })

  test('counts an attempt that it cut off as nobody’s failure', async ({ db, receive, relay }) => {
    const receiver = await receive(() => ({ hang: true }))
    await makeWebhook(db, { url: receiver.url })
    const { stop } = await relay({ grace_ms: 50 })
    await emit(db)
    await receiver.waitFor(1)
    await stop()
    expect(await ask(db, 'select count(*)::int from outbox.activity_minutes')).toBe(0)
  })
})

describe('a relay at work', () => {
  test('writes what it counts every few seconds, and views show it', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await relay()
    await emitMany(db, 20)
    const { rows } = await eventually(
      () => db.query('select * from outbox.webhook_health where webhook_id = $1', [webhook_id]),
      (seen) => seen.rows[0]?.['attempts_24h'] === '20',
    )
    expect(rows).toMatchObject([
      { state: 'ok', success_rate: '100.0', failed_24h: '0', pending: '0', last_failure: null },
    ])
    expect(await ask(db, 'select sum(delivered)::int from outbox.throughput')).toBe(20)
  })
})

describe('a receiver that fails and then recovers', () => {
  test('fails since its first failure, and no more after its first success', async ({ db, receive, relay }) => {
    let broken = true
    const receiver = await receive(() => (broken ? { status: 500 } : {}))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: [] })
    const first = await relay()
    await emit(db)
    await settled(db, webhook_id, (seen) => seen.length === 1)
    const failed_at = receiver.requests[0]?.at ?? 0
    await emit(db)
    await settled(db, webhook_id, (seen) => seen.length === 2)
    await first.stop()
    const failing = await stateOf(db, webhook_id)
    // Clocks of one machine; the answer has to come back, too.
    expect(Math.abs((failing.failing_since?.getTime() ?? 0) - failed_at)).toBeLessThan(250)
    expect(failing.last_failure).toBe('HTTP 500')
    broken = false
    const second = await relay()
    await emit(db)
    await settled(db, webhook_id, (seen) => seen.length === 3)
    await second.stop()
    expect(await stateOf(db, webhook_id)).toMatchObject({ failing_since: null, last_failure: 'HTTP 500' })
  })

  test('within what is written at once fails no more either', async ({ db, receive, relay }) => {
    const receiver = await receive(() => (receiver.requests.length === 1 ? { reset: true } : {}))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['10 ms'] })
    const { stop } = await relay()
    await emit(db)
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
    await stop()
    const state = await stateOf(db, webhook_id)
    expect(state).toMatchObject({ failing_since: null, last_failure: 'connection reset before an answer' })
    expect(state.last_success_at?.getTime()).toBeGreaterThan(state.last_failure_at?.getTime() ?? Infinity)
    expect(await counts(db, webhook_id)).toEqual({ delivered: 1, failed: 1, dead: 0, timed: 2 })
  })
})

describe('two relays', () => {
  test('count together what each has done', async ({ db, receive, relay }) => {
    const receiver = await receive(() => ({ delay_ms: 5 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, max_in_flight: 5 })
    const relays = [await relay(), await relay()]
    await emitMany(db, 1_200)
    await eventually(
      () => ask<number>(db, 'select count(*)::int from outbox.settled_deliveries'),
      (count) => count === 1_200,
    )
    await Promise.all(relays.map(({ stop }) => stop()))
    const shares = relays.map(({ lines }) => lines.filter(({ msg }) => msg === 'delivery.attempted').length)
    expect(Math.min(...shares)).toBeGreaterThan(0)
    expect(await counts(db, webhook_id)).toEqual({ delivered: 1_200, failed: 0, dead: 0, timed: 1_200 })
  })
})

/** Until a write has met the lock that the test holds. */
async function writing(db: Client): Promise<void> {
  await eventually(
    () =>
      ask<number>(
        db,
        `select count(*)::int from pg_stat_activity
         where wait_event_type = 'Lock' and query like '%record_activity%' and datname = current_database()`,
      ),
    (waiting) => waiting === 1,
  )
}

describe('a connection that is cut during a write', () => {
  test('loses no count, and none is written twice', async ({ database, db, connect, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    const { waitForLog, stop } = await relay()
    // The write stops at the lock until its backend is terminated.
    const locker = await connect()
    await locker.query('begin; lock table outbox.activity_minutes in exclusive mode')
    await emitMany(db, 50)
    await receiver.waitFor(50)
    await writing(db)
    await run(
      database.url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'outbox relay upkeep' and datname = current_database()`,
    )
    await waitForLog('database.failed', (line) => line['doing'] === 'record activity')
    await emitMany(db, 7)
    await settled(db, webhook_id, (seen) => seen.length === 57)
    await locker.query('rollback')
    await stop()
    expect(await counts(db, webhook_id)).toEqual({ delivered: 57, failed: 0, dead: 0, timed: 57 })
  })
})

const answered = (status: number): Outcome => ({
  kind: 'answered',
  status,
  headers: '{}',
  body: '',
  retry_after_seconds: null,
  duration_ms: 3,
})

/** Counts without a relay; nothing is tried twice. */
async function withActivity(url: string, work: (activity: Activity) => Promise<void>): Promise<void> {
  const session = createSession({ url, name: 'test activity' })
  const persistence = { insist: <T>(_: string, write: () => Promise<T>) => write(), stop: () => {} }
  await work(createActivity({ session, persistence }))
  await session.close()
}

describe('createActivity', () => {
  test('keeps what could not be written, and what comes after it follows it', async ({ database, db, connect }) => {
    const webhook_id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const later_only = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const locker = await connect()
    await withActivity(database.url, async (activity) => {
      activity.attempted(webhook_id, answered(200), true)
      activity.attempted(webhook_id, answered(500), false)
      activity.died(webhook_id)
      await locker.query('begin; lock table outbox.activity_minutes in exclusive mode')
      const refused = expect(activity.stop()).rejects.toMatchObject({ code: '55P03' })
      await writing(db)
      // Counted while the write is under way, for a second.
      await db.query('select pg_sleep(0.5)')
      activity.attempted(webhook_id, answered(502), false)
      activity.attempted(later_only, answered(200), true)
      await refused
      await locker.query('rollback')
      activity.attempted(webhook_id, answered(503), false)
      await activity.stop()
      await activity.stop()
    })
    expect(await counts(db, webhook_id)).toEqual({ delivered: 1, failed: 3, dead: 1, timed: 4 })
    expect(await counts(db, later_only)).toEqual({ delivered: 1, failed: 0, dead: 0, timed: 1 })
    const state = await stateOf(db, webhook_id)
    expect(state.last_failure).toBe('HTTP 503')
    // The first failure, not one of those that came half a second and more than a second later.
    expect((state.last_failure_at?.getTime() ?? 0) - (state.failing_since?.getTime() ?? 0)).toBeGreaterThan(900)
    expect(state.failing_since?.getTime()).toBeGreaterThanOrEqual(state.last_success_at?.getTime() ?? Infinity)
  })

  test('forgets a failure of the write before when a success follows', async ({ database, db, connect }) => {
    const webhook_id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const locker = await connect()
    await withActivity(database.url, async (activity) => {
      activity.attempted(webhook_id, answered(500), false)
      await locker.query('begin; lock table outbox.activity_minutes in exclusive mode')
      const refused = expect(activity.stop()).rejects.toMatchObject({ code: '55P03' })
      await writing(db)
      activity.attempted(webhook_id, answered(200), true)
      await refused
      await locker.query('rollback')
      await activity.stop()
    })
    expect(await stateOf(db, webhook_id)).toMatchObject({ failing_since: null, last_failure: 'HTTP 500' })
  })

  test('fails since the first failure after the last success, wherever writes divide them', async ({
    database,
    db,
    connect,
  }) => {
    const webhook_id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const locker = await connect()
    await withActivity(database.url, async (activity) => {
      activity.attempted(webhook_id, answered(500), false)
      await locker.query('begin; lock table outbox.activity_minutes in exclusive mode')
      const refused = expect(activity.stop()).rejects.toMatchObject({ code: '55P03' })
      await writing(db)
      activity.attempted(webhook_id, answered(200), true)
      activity.attempted(webhook_id, answered(500), false)
      await refused
      await locker.query('rollback')
      activity.attempted(webhook_id, answered(500), false)
      await activity.stop()
    })
    const { last_success_at, failing_since, last_failure_at } = await stateOf(db, webhook_id)
    const at = (instant: Date | null) => instant?.getTime() ?? Number.NaN
    expect(at(failing_since)).toBeGreaterThanOrEqual(at(last_success_at))
    expect(at(failing_since) - at(last_success_at)).toBeLessThan(100)
    expect(at(last_failure_at) - at(failing_since)).toBeGreaterThan(900)
  })

  test('writes nothing where nothing was counted, and no webhook that is gone', async ({ database, db }) => {
    const gone = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query('delete from outbox.webhooks')
    await withActivity(database.url, async (activity) => {
      activity.attempted(gone, answered(200), true)
      await activity.stop()
    })
    expect(await ask(db, 'select count(*)::int from outbox.activity_minutes')).toBe(0)
    // Nobody is there to connect to.
    await withActivity('postgres://nobody@127.0.0.1:9/none', (activity) => activity.stop())
  })

  test('stores a reason that the database could not hold as it is', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await withActivity(database.url, async (activity) => {
      const error = 'bad \0 answer "\ud83d'
      activity.attempted(webhook_id, { kind: 'no_answer', error, duration_ms: 0 }, false)
      await activity.stop()
    })
    expect((await stateOf(db, webhook_id)).last_failure).toBe('bad  answer "\uFFFD')
  })
})
