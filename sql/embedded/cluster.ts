/**
 * A data directory: made once, kept for ever. It is initialised beside its place and renamed, so a crash half way
 * leaves no directory that can never start, and of two processes at once one simply comes second.
 */
import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { EmbeddedError } from './error.ts'
import type { Identity } from './identity.ts'
import type { Place } from './place.ts'
import { lastLines, run } from './run.ts'

export const superuser = 'postgres'

const passwordFile = 'outbox-password'
const portFile = 'outbox-port'

export interface ClusterOptions {
  /** False skips fsync: for data nobody will miss. */
  durable: boolean
}

/** Makes the data directory if it is not there; refuses one that these binaries cannot read. */
export async function ensureCluster(place: Place, binaries: Binaries, options: ClusterOptions): Promise<void> {
  const { data_dir } = place
  const found = await readFile(join(data_dir, 'PG_VERSION'), 'utf8').catch(() => null)
  if (found === null) return initialise(place, binaries, options)
  const version = found.trim()
  if (version === binaries.major) return
  throw new EmbeddedError(
    `${data_dir} holds data of PostgreSQL ${version}, and this server is PostgreSQL ${binaries.major}: ` +
      `dump it with PostgreSQL ${version} and restore it, or move the directory away to start empty.`,
  )
}

async function initialise(place: Place, binaries: Binaries, options: ClusterOptions): Promise<void> {
  const { data_dir, identity } = place
  const content = await readdir(data_dir).catch(() => [])
  if (content.length > 0) {
    throw new EmbeddedError(`${data_dir} is not empty and holds no PostgreSQL data: move it away, or choose another.`)
  }
  await sweep(data_dir)
  const temporary = await mkdtemp(`${prefix(data_dir)}${process.pid}-`)
  try {
    await chown(temporary, identity.uid, identity.gid)
    await initdb(temporary, place, binaries, options)
    await putInPlace(join(temporary, 'data'), data_dir)
    if (options.durable) await syncDirectory(dirname(data_dir))
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function initdb(temporary: string, place: Place, binaries: Binaries, options: ClusterOptions): Promise<void> {
  const { identity } = place
  const data = join(temporary, 'data')
  const password = join(temporary, passwordFile)
  await mkdir(data, { mode: 0o700 })
  await chown(data, identity.uid, identity.gid)
  await writeAs(identity, password, randomBytes(24).toString('base64url'))
  const made = await run(identity.as, join(binaries.bin_dir, 'initdb'), [
    `--pgdata=${data}`,
    `--username=${superuser}`,
    `--pwfile=${password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
    ...(options.durable ? [] : ['--no-sync']),
  ])
  if (!made.ok) throw new EmbeddedError(`PostgreSQL could not make ${place.data_dir}:\n${lastLines(made.stderr)}`)
  await rename(password, join(data, passwordFile))
}

/** Renaming over an empty directory is allowed, over the one another process has just made is not: then theirs serves. */
async function putInPlace(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EBUSY') throw new EmbeddedError(`${to} is a mount point: name a directory below it.`)
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

function prefix(data_dir: string): string {
  return join(dirname(data_dir), `.${basename(data_dir)}.init-`)
}

/** Removes what processes left that died while initialising. */
async function sweep(data_dir: string): Promise<void> {
  const start = prefix(data_dir)
  for (const name of await readdir(dirname(start))) {
    if (!name.startsWith(basename(start))) continue
    const pid = Number.parseInt(name.slice(basename(start).length), 10)
    if (!exists(pid)) await rm(join(dirname(start), name), { recursive: true, force: true })
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function writeAs(identity: Identity, path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  await chown(path, identity.uid, identity.gid)
}

export async function readPassword(data_dir: string): Promise<string> {
  return readFile(join(data_dir, passwordFile), 'utf8').catch(() => {
    throw new EmbeddedError(`${data_dir} was not made by us (it has no ${passwordFile}): set DATABASE_URL to use it.`)
  })
}

/** The port of the last start, so that a DATABASE_URL somebody copied stays valid. Null at the first start. */
export async function readPort(data_dir: string): Promise<number | null> {
  const text = await readFile(join(data_dir, portFile), 'utf8').catch(() => null)
  return text === null ? null : Number(text)
}

export async function keepPort(place: Place, port: number): Promise<void> {
  await writeAs(place.identity, join(place.data_dir, portFile), String(port))
}
