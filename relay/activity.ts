/**
 * Counts what the relay does, so that no view has to count deliveries: a few additions an attempt, and every few seconds
 * one statement that adds the counts to those of other relays. What cannot be written stays counted, one counter a
 * webhook however long that takes, and goes with the next write. Where only the answer to a write was lost with the
 * connection, its counts are written twice.
 */
import type { Persistence } from './insist.ts'
import type { Outcome } from './outcome.ts'
import { recordActivity } from './queries.ts'
import type { Session } from './session.ts'
import { createSignal } from './signal.ts'

const FLUSH_MS = 5_000
/** Elements of a histogram; outbox.percentile_of knows it too. The last one begins above nine minutes, longer than any attempt. */
const BUCKETS = 40
/** A number like other instants, so that overwriting one allocates nothing. */
const NEVER = Number.NEGATIVE_INFINITY

export interface Activity {
  /** An attempt has ended just now. */
  attempted(webhook_id: string, outcome: Outcome, delivered: boolean): void
  /** A delivery has been given up. */
  died(webhook_id: string): void
  run(): Promise<void>
  /** Writes what is left. */
  stop(): Promise<void>
}

/** What happened to a webhook since the last write; instants are of performance.now. */
interface Counter {
  delivered: number
  failed: number
  dead: number
  durations: number[]
  succeeded_at: number
  failed_at: number
  /** The first failure after the last success. */
  failing_since: number
  /** Of the last failure. Null: no answer, or no failure. */
  last_status: number | null
  /** Of the last failure. Null: there was an answer. */
  last_error: string | null
}

export function createActivity(deps: { session: Session; persistence: Persistence }): Activity {
  const end = createSignal()
  let counters = new Map<string, Counter>()
  let stopped = false
  let running: Promise<void> | null = null

  const counterOf = (webhook_id: string): Counter => {
    let counter = counters.get(webhook_id)
    if (counter === undefined) counters.set(webhook_id, (counter = createCounter()))
    return counter
  }

  const write = async () => {
    if (counters.size === 0) return
    const taken = counters
    counters = new Map()
    try {
      await deps.session.query(recordActivity, [asJson(taken)])
    } catch (error) {
      const since = counters
      counters = taken
      for (const [webhook_id, counter] of since) add(counterOf(webhook_id), counter)
      throw error
    }
  }
  const flush = () => deps.persistence.insist('record activity', write)

  const run = async () => {
    while (!stopped) {
      await end.wait(FLUSH_MS)
      await flush()
    }
  }

  return {
    attempted(webhook_id, outcome, delivered) {
      const counter = counterOf(webhook_id)
      const bucket = bucketOf(outcome.duration_ms)
      counter.durations[bucket] = (counter.durations[bucket] ?? 0) + 1
      if (delivered) {
        counter.delivered += 1
        counter.succeeded_at = performance.now()
        counter.failing_since = NEVER
        return
      }
      counter.failed += 1
      counter.failed_at = performance.now()
      if (counter.failing_since === NEVER) counter.failing_since = counter.failed_at
      counter.last_status = outcome.kind === 'answered' ? outcome.status : null
      counter.last_error = outcome.kind === 'answered' ? null : outcome.error
    },
    died(webhook_id) {
      counterOf(webhook_id).dead += 1
    },
    run: () => (running ??= run()),
    async stop() {
      stopped = true
      end.raise()
      await running
      await flush()
    },
  }
}

/** The index of the element that counts this duration: element n (from 0) ends at 2^(n / 2) ms. */
export function bucketOf(duration_ms: number): number {
  return duration_ms < 1 ? 0 : Math.min(BUCKETS - 1, Math.floor(2 * Math.log2(duration_ms)) + 1)
}

function createCounter(): Counter {
  return {
    delivered: 0,
    failed: 0,
    dead: 0,
    durations: Array.from({ length: BUCKETS }, () => 0),
    succeeded_at: NEVER,
    failed_at: NEVER,
    failing_since: NEVER,
    last_status: null,
    last_error: null,
  }
}

/** Adds what came later. */
function add(counter: Counter, later: Counter): void {
  counter.delivered += later.delivered
  counter.failed += later.failed
  counter.dead += later.dead
  for (const [bucket, count] of later.durations.entries())
    counter.durations[bucket] = (counter.durations[bucket] ?? 0) + count
  if (later.succeeded_at !== NEVER || counter.failing_since === NEVER) counter.failing_since = later.failing_since
  counter.succeeded_at = Math.max(counter.succeeded_at, later.succeeded_at)
  if (later.failed_at === NEVER) return
  counter.failed_at = later.failed_at
  counter.last_status = later.last_status
  counter.last_error = later.last_error
}

function asJson(counters: ReadonlyMap<string, Counter>): string {
  const now = performance.now()
  const age = (at: number) => (at === NEVER ? null : now - at)
  return JSON.stringify(
    Array.from(counters, ([webhook_id, counter]) => ({
      webhook_id,
      delivered: counter.delivered,
      failed: counter.failed,
      dead: counter.dead,
      durations: counter.durations.slice(0, counter.durations.findLastIndex((count) => count > 0) + 1),
      success_age_ms: age(counter.succeeded_at),
      failure_age_ms: age(counter.failed_at),
      failing_age_ms: age(counter.failing_since),
      last_failure: failureText(counter),
    })),
  )
}

function failureText({ failed_at, last_status, last_error }: Counter): string | null {
  if (failed_at === NEVER) return null
  // Postgres stores neither NUL nor half a surrogate pair, and would refuse the whole write for it.
  return last_error === null ? `HTTP ${last_status}` : Buffer.from(last_error.replaceAll('\0', '')).toString()
}
