/** CPU seconds of processes, from /proc. Null where there is none. */
import { readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second on every architecture that Node runs on. */
const TICKS_A_SECOND = 100

interface Stat {
  parent: number
  own: number
  /** Of children that have ended. */
  children: number
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything; after it come state, parent, and CPU times as fields 14 to 17.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = (field: number) => Number(fields[field - 3])
    return { parent: ticks(4), own: ticks(14) + ticks(15), children: ticks(16) + ticks(17) }
  } catch {
    return null
  }
}

/** Of one process, all its threads. */
export function cpuOf(pid: number): number | null {
  const stat = statOf(pid)
  return stat === null ? null : stat.own / TICKS_A_SECOND
}

/** Of a Postgres server: the postmaster, its present children, and those that have ended. */
export function cpuOfServer(postmaster_pid: number | null): number | null {
  const postmaster = postmaster_pid === null ? null : statOf(postmaster_pid)
  if (postmaster === null) return null
  let ticks = postmaster.own + postmaster.children
  for (const pid of childrenOf(postmaster_pid ?? 0)) ticks += statOf(pid)?.own ?? 0
  return ticks / TICKS_A_SECOND
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  } catch {
    return []
  }
}

/** What was spent between two readings. */
export function spent(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before
}
