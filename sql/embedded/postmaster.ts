/** The running server of a data directory, as its `postmaster.pid` and the process table tell of it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { EmbeddedError } from './error.ts'
import { run } from './run.ts'

export interface Postmaster {
  pid: number
  port: number
  /** True once it takes connections. */
  ready: boolean
}

export type Found =
  | { kind: 'running'; postmaster: Postmaster }
  /** A server died without tidying up, and the process that has its number now is somebody else, or nobody. */
  | { kind: 'stale'; pid: number }
  | { kind: 'none' }

const poll_ms = 20

/** Lines of the file: pid, data directory, start time, port, socket directory, address, shared memory, status. */
export async function findPostmaster(data_dir: string): Promise<Found> {
  const text = await readFile(join(data_dir, 'postmaster.pid'), 'utf8').catch(() => null)
  if (text === null || text === '') return { kind: 'none' }
  const lines = text.split('\n')
  const pid = Math.abs(Number(lines[0]))
  if (!(await isPostgres(pid))) return { kind: 'stale', pid }
  return { kind: 'running', postmaster: { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' } }
}

/**
 * A live number is not enough: after a restart of the machine or container it may be anybody's. Nor is a zombie a
 * server, though it answers signals; where nobody collects orphans it stays.
 */
async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform === 'linux') {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return /(^|\/)postgres$/.test(command.split('\0')[0] ?? '')
  }
  const listed = await run({}, 'ps', ['-o', 'command=', '-p', String(pid)])
  return /(^|\/)postgres( |$)/.test(listed.stdout)
}

/** Stops it and waits until it is gone; nothing to do when it is. */
export async function stopPostmaster(data_dir: string, pid: number, mode: 'fast' | 'immediate'): Promise<void> {
  const deadline = Date.now() + 60_000
  let signalled = false
  while (await isRunning(data_dir, pid)) {
    if (!signalled) signal(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    signalled = true
    if (Date.now() > deadline) throw new EmbeddedError(`PostgreSQL (process ${pid}) did not stop within 60 s.`)
    await wait(poll_ms)
  }
}

async function isRunning(data_dir: string, pid: number): Promise<boolean> {
  const found = await findPostmaster(data_dir)
  return found.kind === 'running' && found.postmaster.pid === pid
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // gone between the look and the signal: that is what was wanted
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
