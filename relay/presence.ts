/**
 * How relays know of each other. Each holds a session-level advisory lock: when the lock is free, the relay is gone.
 * Each also renews a lease: when it ends, the relay hangs. Either way the others free what it held.
 */
import type { Log } from '../sql/log.ts'
import type { Persistence } from './insist.ts'
import {
  holdPresence,
  ping,
  registerRelay,
  renewRelay,
  retireDeadRelays,
  retireRelay,
  ring,
  suspectRelays,
} from './queries.ts'
import type { Session } from './session.ts'

/** A relay is dead when it is missing at two looks: one that only lost its connection is back by then. */
const LOOK_MS = 400

export interface Presence {
  /** The number that this relay leases under. */
  id(): number
  start(): Promise<void>
  /** Takes the session lock again after its connection was lost. */
  restore(): void
  /** Frees what this relay holds and forgets it. */
  retire(): Promise<void>
  stop(): void
}

export function createPresence(deps: {
  /** For short statements; never blocked. */
  session: Session
  /** Holds the lock for as long as its connection lives. */
  lock_session: Session
  persistence: Persistence
  log: Log
  name: string
  version: string
  lease_s: number
  /** Called when the work of others was freed. */
  onFreed: () => void
  /** Called when others took this relay for dead, and with that all it held. */
  onLost: () => void
}): Presence {
  const { session, lock_session, persistence, log, lease_s } = deps
  let id = 0
  let suspects: number[] = []
  let timers: NodeJS.Timeout[] = []

  const register = async () => {
    const [row] = await session.query<{ id: number }>(registerRelay, [deps.name, deps.version, lease_s])
    const lost = id
    id = row?.id ?? 0
    // Before anything is claimed under the new number: what is known to be leased is forgotten here.
    if (lost !== 0) deps.onLost()
    await lock_session.query(holdPresence, [id])
  }

  const renew = async () => {
    const [row] = await session.query<{ renewed: boolean }>(renewRelay, [id, lease_s])
    if (row?.renewed) {
      await lock_session.query(ping)
      return
    }
    const lost = id
    await register()
    log.warn('relay.registered_anew', { lost, relay: id })
  }

  const look = async () => {
    const [row] = await session.query<{ suspects: number[] }>(suspectRelays, [id])
    const seen = row?.suspects ?? []
    const dead = await session.query<{ freed: number }>(retireDeadRelays, [
      id,
      seen.filter((relay) => suspects.includes(relay)),
    ])
    suspects = seen
    for (const relay of dead) log.warn('relay.taken_over', { ...relay })
    if (dead.length > 0) deps.onFreed()
  }

  /** Runs the work every so often, one run at a time, whatever happens to the database meanwhile. */
  const every = (ms: number, name: string, work: () => Promise<void>) => {
    let busy = false
    timers.push(
      setInterval(() => {
        if (busy) return
        busy = true
        void persistence.insist(name, work).finally(() => {
          busy = false
        })
      }, ms),
    )
  }

  return {
    id: () => id,
    async start() {
      await persistence.insist('register', register)
      every((lease_s * 1000) / 4, 'renew', renew)
      every(LOOK_MS, 'look for dead relays', look)
    },
    restore() {
      if (id !== 0) void persistence.insist('hold presence', () => lock_session.query(holdPresence, [id]))
    },
    async retire() {
      if (id === 0) return
      await session.query(retireRelay, [id])
      // What was given back is for others, who may be asleep.
      await session.query(ring)
    },
    stop() {
      for (const timer of timers) clearInterval(timer)
      timers = []
    },
  }
}
