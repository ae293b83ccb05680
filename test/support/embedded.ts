/** What the tests of the embedded PostgreSQL need: directories, servers that are stopped, processes to kill. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test as base } from 'vitest'
import { packagedBinaries } from '../../sql/embedded/binaries.ts'
import { startEmbedded } from '../../sql/embedded/start.ts'
import type { EmbeddedOptions, EmbeddedPostgres } from '../../sql/embedded/start.ts'
import { removeWhenWeDie } from './leftovers.ts'
import { matrixBinaries } from './postgres.ts'

export { describe, expect } from 'vitest'

interface World {
  /** An empty directory that every user can enter. */
  directory: string
  /** Starts a server on `directory`/pg; all are stopped when the test ends. */
  start: (options?: Partial<EmbeddedOptions>) => Promise<EmbeddedPostgres>
}

/** Of the major version under test, without durability. */
export const defaults = { settings: { fsync: 'off' }, ...matrixBinaries() }

export const test = base.extend<World>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the dependencies of a fixture from this pattern
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'outbox-test-'))
    const release = removeWhenWeDie(directory)
    await chmod(directory, 0o755)
    await use(directory)
    await rm(directory, { recursive: true, force: true })
    release()
  },
  start: async ({ directory }, use) => {
    const servers: EmbeddedPostgres[] = []
    await use(async (options) => {
      const server = await startEmbedded({ ...defaults, data_dir: join(directory, 'pg'), guard: true, ...options })
      servers.push(server)
      return server
    })
    for (const server of servers) await server.stop('immediate')
  },
})

/** No system numbers its processes this high. */
export const beyondAnyPid = 2 ** 30

/** Starts a server from another node process, in a process group of its own as a terminal would make one. */
export async function startElsewhere(options: EmbeddedOptions): Promise<{ child: ChildProcess; pid: number }> {
  const module = join(import.meta.dirname, '../../dist/sql/embedded/start.js')
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(module)})
    const server = await startEmbedded(${JSON.stringify(options)})
    console.log(server.pid)
    setInterval(() => {}, 60_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { child, pid: Number(String(line)) }
}

/** Signals the whole group, as Ctrl-C does, and waits for the end. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit')
  process.kill(-(child.pid ?? beyondAnyPid), signal)
  await gone
}

/** A zombie, which nobody may collect in a container, is not alive. */
export async function isAlive(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return signalReaches(pid)
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return status !== null && !/^\d+ \(.*\) Z/.test(status)
}

function signalReaches(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The package as npm unpacks it without running its install script. Its version is unique, so copies are our own. */
export async function copyWithoutLinks(directory: string): Promise<string> {
  const native = join(directory, 'package', 'native')
  await cp(defaults.binaries ?? packagedBinaries(), native, { recursive: true, verbatimSymlinks: true })
  const links: { target: string }[] = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  await Promise.all(links.map(({ target }) => rm(join(dirname(native), target), { force: true })))
  await chmod(join(native, 'bin', 'postgres'), 0o644)
  await writeFile(join(dirname(native), 'package.json'), JSON.stringify({ name: 'copied', version: randomUUID() }))
  return native
}
