/**
 * Starts the server process and waits until it takes connections. `postgres` is run directly, not by pg_ctl: settings
 * need no shell quoting, its exit is seen at once, and the stale lock of a dead server can be dealt with (below).
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chown, open, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import type { Place } from './place.ts'
import { findPostmaster } from './postmaster.ts'
import type { Postmaster } from './postmaster.ts'
import { serverEnv } from './run.ts'

export interface Launch {
  place: Place
  binaries: Binaries
  port: number
  settings: Record<string, string>
  /** The pid that a left-over postmaster.pid names though it is no server. */
  stale_pid: number | null
}

export type Launched = { kind: 'started'; postmaster: Postmaster } | { kind: 'failed'; log: string }

export async function launch(options: Launch): Promise<Launched> {
  const path = join(options.place.data_dir, 'server.log')
  const log = await open(path, 'a', 0o600)
  try {
    await chown(path, options.place.identity.uid, options.place.identity.gid)
    const { size } = await log.stat()
    const server = spawnServer(options, log)
    const postmaster = await untilReady(options.place.data_dir, server)
    if (postmaster !== null) return { kind: 'started', postmaster }
    return { kind: 'failed', log: (await readFile(path)).subarray(size).toString('utf8') }
  } finally {
    await log.close()
  }
}

function spawnServer({ place, binaries, port, settings, stale_pid }: Launch, log: FileHandle): ChildProcess {
  const fixed = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' }
  const set = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(binaries.bin_dir, 'postgres'), ['-D', place.data_dir, ...set], {
    ...place.identity.as,
    cwd: '/',
    // PostgreSQL refuses when the process of the left-over lock lives, whoever it is by now, unless it is its own
    // grandparent. Saying so, and not removing the file, keeps its check for orphaned backends, which reads it.
    env: stale_pid === null ? serverEnv : { ...serverEnv, PG_GRANDPARENT_PID: String(stale_pid) },
    detached: true, // Ctrl-C goes to our whole process group, and the relay must drain before the server stops
    stdio: ['ignore', log.fd, log.fd],
  })
  server.unref()
  return server
}

/** Null when it exits instead. Recovery after a crash takes as long as it takes. */
async function untilReady(data_dir: string, server: ChildProcess): Promise<Postmaster | null> {
  const gone = new AbortController()
  server.once('exit', () => gone.abort())
  server.once('error', () => gone.abort())
  while (!gone.signal.aborted) {
    const found = await findPostmaster(data_dir)
    if (found.kind === 'running' && found.postmaster.pid === server.pid && found.postmaster.ready) {
      return found.postmaster
    }
    await wait(20)
  }
  return null
}

/** The wanted port if nobody listens there, else any free one. */
export async function freePort(wanted: number | null): Promise<number> {
  return (await tryPort(wanted ?? 0)) ?? (await tryPort(0)) ?? 0
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? null) : null))
    })
  })
}
