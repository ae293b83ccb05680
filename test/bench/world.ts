/**
 * A database for the bench alone: on an embedded server of its own with fsync and default settings, or, where
 * DATABASE_URL is set, a new database on that server. Either way it is gone afterwards.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withClient } from '../../sql/db.ts'
import { installDemo } from '../../sql/demo/demo.ts'
import { migrate } from '../../sql/migrate.ts'
import type { Undo } from './bench.ts'

export interface World {
  url: string
  /** Null: the server is not ours, so its CPU time cannot be told apart. */
  postmaster_pid: number | null
  /** For people. */
  server: string
}

export async function createWorld(given: string | undefined, undo: Undo): Promise<World> {
  const world = given === undefined ? await ownServer(undo) : await ownDatabase(given, undo)
  await migrate({ url: world.url })
  await installDemo(world.url)
  return world
}

async function ownServer(undo: Undo): Promise<World> {
  const { startEmbedded } = await import('../../sql/embedded/start.ts')
  const parent = await mkdtemp(join(tmpdir(), 'outbox-bench-'))
  undo.push(() => rm(parent, { recursive: true, force: true }))
  // Started by root, the server runs as another user, who has to get in.
  await chmod(parent, 0o755)
  const postgres = await startEmbedded({ data_dir: join(parent, 'pg18'), guard: true })
  // Where the temporary directory cannot be entered by that user, the data lies elsewhere.
  undo.push(() => rm(postgres.data_dir, { recursive: true, force: true }))
  undo.push(() => postgres.stop('immediate'))
  return { url: postgres.url, postmaster_pid: postgres.pid, server: 'embedded' }
}

async function ownDatabase(given: string, undo: Undo): Promise<World> {
  const name = `outbox_bench_${randomBytes(4).toString('hex')}`
  const run = (sql: string) => withClient({ url: given, name: 'bench' }, (client) => client.query(sql))
  await run(`create database ${name}`)
  undo.push(async () => void (await run(`drop database if exists ${name} with (force)`)))
  process.stderr.write(`bench: made database ${name} on the server of DATABASE_URL; it is dropped at the end\n`)
  const url = new URL(given)
  url.pathname = `/${name}`
  return { url: url.href, postmaster_pid: null, server: `DATABASE_URL, database ${name}` }
}
