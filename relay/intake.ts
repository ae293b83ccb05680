/**
 * The loop that gets work: batches from the log and deliveries that are due, as long as memory has room.
 *
 * Between two looks it is in one of three moods. Listening: the bell is on, every writer rings, the loop sleeps until
 * then. Awake: events come thick, the bell is muted so that writers do not wait for each other, and the loop polls.
 * Dozing: on the way back from awake, the bell is on again, and the loop polls until every writer that may have found
 * it muted has ended. A slow poll, the backstop, runs in any mood.
 */
import type { Log } from '../sql/log.ts'
import type { Batch, Delivery, Event } from './delivery.ts'
import type { Doorbell } from './doorbell.ts'
import type { Persistence } from './insist.ts'
import type { Lanes } from './lanes.ts'
import type { Leases } from './leases.ts'
import {
  batchEvents,
  batchMatches,
  claimDue,
  learnEventTypes,
  nextBatch,
  nextDueIn,
  notifyIsContended,
  releaseUnknown,
  ring,
} from './queries.ts'
import type { Recorder } from './recorder.ts'
import type { Session } from './session.ts'
import type { Signal } from './signal.ts'

/** Deliveries in memory at most; a batch more may come on top. */
const MOST_IN_MEMORY = 2_000
const CLAIM_LIMIT = 200
const BACKSTOP_MS = 5_000
/** How often the log is looked at when no ring can be heard. */
const DEAF_POLL_MS = 100
/** This many events in a second and ringing costs writers more than polling costs us. */
const BUSY_EVENTS = 200
const LINGER_MS = 1_000
const DUE_RECHECK_MS = 1_000
const COMPARE_LEASES_MS = 30_000

export interface Intake {
  run(): Promise<void>
  /** Deliveries may have come due, or a lane has room for those that are. */
  dueMayHaveChanged(): void
  stop(): void
}

interface EventRow {
  id: string
  type: string
  body: string
}

interface DueRow {
  id: string
  webhook_id: string
  version: number
  event_id: string
  event_type: string
  attempt: number
  body: string
}

export function createIntake(deps: {
  session: Session
  persistence: Persistence
  lanes: Lanes
  recorder: Recorder
  leases: Leases
  doorbell: Doorbell
  signal: Signal
  log: Log
  relay: () => number
  /** Whether rings can be heard at all. */
  hearing: () => boolean
}): Intake {
  const { session, persistence, lanes, recorder, leases, doorbell, signal, log, relay } = deps
  let stopped = false
  let mood: 'listening' | 'awake' | 'dozing' = 'listening'
  let mark = ''
  let pause_ms = 1
  let last_event_at = 0
  let recent_events = 0
  let recent_at = 0
  let due_at = 0
  let rang_at = 0
  let failed = false
  let leases_compared_at = performance.now()
  const known_types = new Set<string>()

  /** Takes one batch. Returns how many events it had; null: there is none. */
  const takeBatch = async (): Promise<number | null> => {
    const leased_under = relay()
    const [leased] = await session.query<{ batch_id: string }>(nextBatch, [leased_under])
    if (leased === undefined) return null
    const rows = await session.query<EventRow>(batchEvents, [leased.batch_id])
    const matches = await session.query<{ webhook_id: string; version: number; event_ids: string }>(batchMatches, [
      leased.batch_id,
    ])
    await lanes.prepare(matches)
    await learnTypes(rows)
    leases.batches.add(leased.batch_id)
    offer({ id: leased.batch_id, unrecorded: 0 }, leased_under, rows, matches)
    return rows.length
  }

  const offer = (
    batch: Batch,
    leased_under: number,
    rows: EventRow[],
    matches: { webhook_id: string; event_ids: string }[],
  ) => {
    const events = new Map<string, Event>()
    for (const row of rows) events.set(row.id, { id: row.id, type: row.type, body: Buffer.from(row.body) })
    const queued_at = performance.now()
    const deliveries: Delivery[] = []
    for (const match of matches) {
      for (const event_id of match.event_ids.slice(1, -1).split(',')) {
        const event = events.get(event_id)
        if (event === undefined || lanes.get(match.webhook_id) === undefined) continue
        deliveries.push({
          event,
          webhook_id: match.webhook_id,
          relay: leased_under,
          batch,
          pending_id: null,
          attempt: 1,
          queued_at,
        })
      }
    }
    // Counted before the first is offered: a lane may give it back at once.
    batch.unrecorded = deliveries.length
    if (deliveries.length === 0) recorder.finished({ id: batch.id, relay: leased_under })
    for (const delivery of deliveries) lanes.get(delivery.webhook_id)?.offer(delivery)
  }

  const learnTypes = async (rows: readonly EventRow[]) => {
    const unknown = [...new Set(rows.map((row) => row.type))].filter((type) => !known_types.has(type))
    if (unknown.length === 0) return
    await session.query(learnEventTypes, [unknown])
    for (const type of unknown) known_types.add(type)
  }

  /** Claims what is due, as far as the lanes have room. Returns whether there was anything. */
  const takeDue = async (): Promise<boolean> => {
    const busy = lanes.busy().map((lane) => ({ lane, room: lane.room() }))
    const full = busy.filter(({ room }) => room === 0).map(({ lane }) => lane.webhook.id)
    const open = busy.filter(({ room }) => room > 0)
    due_at = Number.POSITIVE_INFINITY
    const leased_under = relay()
    const rows = await session.query<DueRow>(claimDue, [
      leased_under,
      full,
      open.map(({ lane }) => lane.webhook.id),
      open.map(({ room }) => room),
      CLAIM_LIMIT,
    ])
    await lanes.prepare(rows)
    const queued_at = performance.now()
    const claimed = new Map<string, number>()
    for (const row of rows) {
      leases.deliveries.add(row.id)
      claimed.set(row.webhook_id, (claimed.get(row.webhook_id) ?? 0) + 1)
      const event = { id: row.event_id, type: row.event_type, body: Buffer.from(row.body) }
      const { webhook_id, attempt, id: pending_id } = row
      const delivery: Delivery = { event, webhook_id, relay: leased_under, batch: null, pending_id, attempt, queued_at }
      const lane = lanes.get(webhook_id)
      if (lane === undefined) recorder.parked(delivery)
      else lane.carry(delivery)
    }
    if (rows.length < CLAIM_LIMIT)
      for (const { lane, room } of open) if ((claimed.get(lane.webhook.id) ?? 0) < room) lane.caughtUp()
    await scheduleDue(rows.length > 0)
    return rows.length > 0
  }

  const scheduleDue = async (more: boolean) => {
    const now = performance.now()
    if (more) {
      due_at = now
      return
    }
    const [next] = await session.query<{ ms: number | null }>(nextDueIn)
    const ms = next?.ms ?? null
    // Due already and yet not claimed: its lane is full, and tells when it has room again.
    if (ms !== null) due_at = Math.min(due_at, now + (ms <= 0 ? DUE_RECHECK_MS : ms))
  }

  const count = (events: number) => {
    const now = performance.now()
    recent_events = events + recent_events * Math.max(0, 1 - (now - recent_at) / 1_000)
    recent_at = now
    last_event_at = now
    pause_ms = 1
  }

  /** Finds what was leased to this relay by a claim whose answer never came. */
  const compareLeases = async () => {
    leases_compared_at = performance.now()
    const [row] = await session.query<{ freed: number }>(releaseUnknown, [
      relay(),
      [...leases.batches],
      [...leases.deliveries],
    ])
    if (row !== undefined && row.freed > 0) log.warn('leases.freed', { freed: row.freed })
  }

  const work = async (): Promise<boolean> => {
    if (failed || performance.now() - leases_compared_at > COMPARE_LEASES_MS) await compareLeases()
    failed = true
    const worked = await claim()
    failed = false
    return worked
  }

  const claim = async (): Promise<boolean> => {
    let worked = false
    if (lanes.size() < MOST_IN_MEMORY) {
      const events = await takeBatch()
      if (events !== null) {
        count(events)
        worked = true
        if (mood === 'dozing' || (mood === 'listening' && (recent_events > BUSY_EVENTS || (await isContended()))))
          stayAwake()
      }
    } else if (performance.now() - rang_at > 100) {
      rang_at = performance.now()
      await session.query(ring) // more than this relay can carry: others may be asleep
    }
    if (performance.now() >= due_at) worked = (await takeDue()) || worked
    return worked
  }

  const isContended = async () => {
    const [row] = await session.query<{ contended: boolean }>(notifyIsContended)
    return row?.contended ?? false
  }

  const stayAwake = () => {
    mood = 'awake'
    doorbell.mute()
  }

  const rest = async () => {
    const now = performance.now()
    const until_due = Math.max(0, due_at - now)
    if (mood === 'awake' && now - last_event_at > LINGER_MS && lanes.size() < MOST_IN_MEMORY) {
      mark = await doorbell.unmute()
      mood = 'dozing'
      pause_ms = 1
      return // one more look at the log, now that the bell is on
    }
    if (mood === 'dozing' && (await doorbell.quiet(mark))) {
      mood = 'listening'
      return
    }
    if (lanes.size() >= MOST_IN_MEMORY) {
      await signal.wait(5)
      return
    }
    if (mood === 'listening') {
      await signal.wait(Math.min(deps.hearing() ? BACKSTOP_MS : DEAF_POLL_MS, until_due))
      return
    }
    pause_ms = Math.min(pause_ms * 1.5, mood === 'awake' ? 20 : 250)
    await signal.wait(Math.min(pause_ms, until_due))
  }

  return {
    async run() {
      while (!stopped) {
        const worked = await persistence.insist('claim', work)
        if (!worked && !stopped) await persistence.insist('rest', rest)
      }
      log.debug('intake.stopped')
    },
    dueMayHaveChanged() {
      due_at = 0
      signal.raise()
    },
    stop() {
      stopped = true
      signal.raise()
    },
  }
}
