/** What has times of its own: bursts of changes to close, replays to carry on. One statement does it and says when to come again. */
import type { Persistence } from './insist.ts'
import { doChores } from './queries.ts'
import type { Session } from './session.ts'
import { createSignal } from './signal.ts'

/** A ring rarely tells of a chore (a replay was asked for), so it makes us look only this often. */
const RING_MS = 250

export interface Chores {
  run(): Promise<void>
  /** Somebody rang. */
  rang(): void
  stop(): void
}

interface Row {
  made: string
  wait_ms: number
}

export function createChores(deps: {
  session: Session
  persistence: Persistence
  /** Events or due deliveries have been made. */
  onMade: () => void
}): Chores {
  const bell = createSignal()
  const end = createSignal()
  let stopped = false

  const look = async (): Promise<number> => {
    const [row] = await deps.session.query<Row>(doChores)
    if (row !== undefined && row.made !== '0') deps.onMade()
    return row?.wait_ms ?? 0
  }

  return {
    async run() {
      while (!stopped) {
        const wait_ms = await deps.persistence.insist('chores', look)
        if (stopped || wait_ms === null) return
        await end.wait(Math.min(RING_MS, wait_ms))
        if (!stopped) await bell.wait(wait_ms - RING_MS)
      }
    },
    rang: () => bell.raise(),
    stop() {
      stopped = true
      end.raise()
      bell.raise()
    },
  }
}
