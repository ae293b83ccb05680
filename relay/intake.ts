/**
 * The loop that gets work: batches from the log and deliveries that are due, as long as memory has room.
 *
 * Between two looks it is in one of three moods. Listening: the bell is on, every writer rings, the loop sleeps until
 * then. Awake: events come thick, or writers wait for each other to ring; the bell is muted and the loop polls.
 * Dozing: on the way back, the bell is on again, and the loop polls until every writer that may have found it muted has
 * ended. A slow poll, the backstop, runs in any mood.
 */
import type { Log } from '../sql/log.ts'
import type { Batches } from './batches.ts'
import type { Doorbell } from './doorbell.ts'
import type { Due } from './due.ts'
import type { Persistence } from './insist.ts'
import type { Lanes } from './lanes.ts'
import type { Leases } from './leases.ts'
import { notifyIsContended, releaseUnknown, ring } from './queries.ts'
import type { Session } from './session.ts'
import type { Signal } from './signal.ts'

const BACKSTOP_MS = 5_000
/** How often the log is looked at when no ring can be heard. */
const DEAF_POLL_MS = 100
/** So many events in a second, and ringing costs the writers more than polling costs us. */
const BUSY_EVENTS = 200
const AWAKE_POLL_MS = 20
const DOZING_POLL_MS = 250
const COMPARE_LEASES_MS = 30_000

export interface Intake {
  run(): Promise<void>
  /**
   * A relay was taken for dead, this one or another. This one may have claimed under a number that was given up already,
   * and the other one may have had the bell muted: who found it so will commit without a ring.
   */
  doubt(): void
  stop(): void
}

export function createIntake(deps: {
  session: Session
  persistence: Persistence
  batches: Batches
  due: Due
  lanes: Lanes
  leases: Leases
  doorbell: Doorbell
  signal: Signal
  log: Log
  relay: () => number
  /** Whether rings can be heard at all. */
  hearing: () => boolean
}): Intake {
  const { session, persistence, batches, due, lanes, leases, doorbell, signal, log } = deps
  let stopped = false
  let mood: 'listening' | 'awake' | 'dozing' = 'listening'
  let pause_ms = 1
  let last_event_at = 0
  let recent_events = 0
  let rang_at = 0
  let in_doubt = false
  let compared_at = performance.now()
  let bell_in_doubt = true

  /** Events a second, fading within a second of silence. */
  const rate = () => recent_events * Math.max(0, 1 - (performance.now() - last_event_at) / 1_000)

  const count = (events: number) => {
    recent_events = events + rate()
    last_event_at = performance.now()
    pause_ms = 1
  }

  const stayAwake = () => {
    mood = 'awake'
    doorbell.mute()
  }

  const isContended = async () => {
    const [row] = await session.query<{ contended: boolean }>(notifyIsContended)
    return row?.contended ?? false
  }

  const takeBatch = async (): Promise<boolean> => {
    const events = await batches.take()
    if (events === null) return false
    count(events)
    if (mood !== 'awake' && (recent_events > BUSY_EVENTS || (await isContended()))) stayAwake()
    return true
  }

  /** More than this relay can carry: others may be asleep. */
  const callForHelp = async () => {
    if (performance.now() - rang_at < 100) return
    rang_at = performance.now()
    await session.query(ring)
  }

  /** Frees what was leased to this relay by a claim whose answer never came. */
  const compareLeases = async () => {
    compared_at = performance.now()
    const known = [[...leases.batches], [...leases.deliveries]]
    const [row] = await session.query<{ freed: number }>(releaseUnknown, [deps.relay(), ...known])
    if (row !== undefined && row.freed > 0) log.warn('leases.freed', { freed: row.freed })
  }

  const work = async (): Promise<boolean> => {
    if (in_doubt || performance.now() - compared_at > COMPARE_LEASES_MS) await compareLeases()
    in_doubt = true
    let worked = false
    if (lanes.hasRoom()) worked = await takeBatch()
    else await callForHelp()
    if (performance.now() >= due.at()) worked = (await due.take()) || worked
    in_doubt = false
    return worked
  }

  /** Whether the loop may wait now; the step to another mood is followed by one more look at the log. */
  const settleMood = async (): Promise<boolean> => {
    const idle = mood === 'awake' && rate() < BUSY_EVENTS / 2 && lanes.hasRoom()
    if (idle || (mood === 'listening' && bell_in_doubt)) {
      doorbell.unmute()
      mood = 'dozing'
      bell_in_doubt = false
      pause_ms = 1
      return false
    }
    if (mood === 'dozing' && (await doorbell.quiet())) {
      mood = 'listening'
      return false
    }
    return true
  }

  const longestPause = (): number => {
    if (!lanes.hasRoom()) return 5
    if (mood === 'listening') return deps.hearing() ? BACKSTOP_MS : DEAF_POLL_MS
    pause_ms = Math.min(pause_ms * 1.5, mood === 'awake' ? AWAKE_POLL_MS : DOZING_POLL_MS)
    return pause_ms
  }

  const rest = async () => {
    if (!(await settleMood())) return
    await signal.wait(Math.min(longestPause(), Math.max(0, due.at() - performance.now())))
  }

  return {
    async run() {
      while (!stopped) {
        const worked = await persistence.insist('claim', work)
        if (!worked && !stopped) await persistence.insist('rest', rest)
      }
    },
    doubt() {
      compared_at = Number.NEGATIVE_INFINITY
      bell_in_doubt = true
      signal.raise()
    },
    stop() {
      stopped = true
      signal.raise()
    },
  }
}
