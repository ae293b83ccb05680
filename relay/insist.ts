/** Doing something with the database until it succeeds: the database goes away for a while in every installation's life. */
import type { Log } from '../sql/log.ts'
import type { Signal } from './signal.ts'

export interface Persistence {
  /** Runs the work again and again, with growing pauses, until it succeeds. Null: stopped before that. */
  insist<T>(name: string, work: () => Promise<T>): Promise<T | null>
  /** Makes every later failure final. */
  stop(): void
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000

/** `pause` is waited on between tries, so that whoever raises it cuts the pause short. */
export function createPersistence(log: Log, createPause: () => Signal): Persistence {
  let stopped = false
  const pauses = new Set<Signal>()
  return {
    async insist(name, work) {
      let pause_ms = FIRST_PAUSE_MS
      let failures = 0
      for (;;) {
        try {
          const result = await work()
          if (failures > 0) log.info('database.back', { doing: name, failures })
          return result
        } catch (error) {
          failures += 1
          if (stopped) return null
          // One line for an outage, and one more now and then while it lasts.
          if (failures === 1 || failures % 20 === 0)
            log.error('database.failed', { doing: name, failures, ...describe(error) })
        }
        const pause = createPause()
        pauses.add(pause)
        await pause.wait(pause_ms)
        pauses.delete(pause)
        if (stopped) return null
        pause_ms = Math.min(pause_ms * 2, LONGEST_PAUSE_MS)
      }
    },
    stop() {
      stopped = true
      for (const pause of pauses) pause.raise()
    },
  }
}

/** What a log line tells of an error: code, message and hint, no stack. */
export function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, hint } = error as { code?: unknown; hint?: unknown }
  return { code, message: error.message, ...(hint === undefined ? {} : { hint }) }
}
