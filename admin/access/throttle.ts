/**
 * How often one may guess. Only what was wrong counts, and only the guesses of the current minute, so nobody is shut
 * out for longer; the limit for all together is what bounds the memory that this takes.
 */

const WINDOW_MS = 60_000
const PER_ADDRESS = 10
const OVERALL = 100

export interface Throttle {
  /** Seconds until this address may try again. Null: it may. */
  wait(address: string | null): number | null
  /** This address was wrong. */
  failed(address: string | null): void
}

export function createThrottle(now: () => number = () => performance.now()): Throttle {
  const failures = new Map<string, number>()
  let overall = 0
  let ends_at = 0

  const forget = () => {
    if (now() < ends_at) return
    failures.clear()
    overall = 0
    ends_at = now() + WINDOW_MS
  }

  return {
    wait(address) {
      forget()
      const exceeded = overall >= OVERALL || (failures.get(address ?? '') ?? 0) >= PER_ADDRESS
      return exceeded ? Math.ceil((ends_at - now()) / 1000) : null
    },
    failed(address) {
      forget()
      overall += 1
      failures.set(address ?? '', (failures.get(address ?? '') ?? 0) + 1)
    },
  }
}
