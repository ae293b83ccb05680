/** Relays under test: the command in a process of its own, to be killed, and createRelay in this one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RelayConfig } from '../../relay/config.ts'
import { createRelay } from '../../relay/relay.ts'
import type { Log } from '../../sql/log.ts'

export type LogLine = Record<string, unknown> & { msg: string }

/** What a relay has logged, and what it is going to. */
export interface Logged {
  lines: LogLine[]
  /** The first line of this fact that matches, written or still to come. */
  waitForLog: (fact: string, matches?: (line: LogLine) => boolean, timeout_ms?: number) => Promise<LogLine>
}

export interface RelayProcess extends Logged {
  pid: number
  /** Resolves when it has printed `relay ready`. */
  ready: Promise<void>
  /** Null when a signal ended it. */
  exited: Promise<number | null>
  signal(signal: NodeJS.Signals): void
  /** Kills it without notice, and waits until it is gone. */
  kill(): Promise<void>
  /** Asks it to stop and returns its exit code. */
  stop(): Promise<number | null>
}

export interface LocalRelay extends Logged {
  stop: () => Promise<void>
}

const COMMAND = join(import.meta.dirname, '../../dist/outbox.js')
const DEADLINE_MS = 15_000

export function spawnRelay(url: string, environment: Record<string, string> = {}): RelayProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OUTBOX_|PG|DATABASE_URL)/.test(name))
  const child = spawn(process.execPath, [COMMAND, 'relay'], {
    env: { ...Object.fromEntries(inherited), DATABASE_URL: url, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const logged = createLogged()
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  createInterface(child.stderr).on('line', (line) => logged.write(parseLine(line)))
  const output = createInterface(child.stdout)
  const ready = new Promise<void>((resolve, reject) => {
    output.on('line', (line) => line === 'relay ready' && resolve())
    void exited.then((code) => reject(new Error(`the relay ended (${code}): ${JSON.stringify(logged.lines)}`)))
  })
  // A test that never waits for it must not fail by it.
  ready.catch(() => {})
  const signal = (name: NodeJS.Signals) => void child.kill(name)
  return {
    lines: logged.lines,
    waitForLog: logged.waitForLog,
    pid: child.pid ?? 0,
    ready,
    exited,
    signal,
    async kill() {
      signal('SIGKILL')
      await exited
    },
    async stop() {
      signal('SIGTERM')
      return exited
    },
  }
}

/** In this process, with every line of its log kept. */
export function localRelay(url: string, changes: Partial<RelayConfig> = {}): LocalRelay & { start(): Promise<void> } {
  const logged = createLogged()
  const config: RelayConfig = {
    database_url: url,
    listen_url: url,
    lease_s: 60,
    timeout_ms: 15_000,
    grace_ms: 20_000,
    notify: true,
    log_level: 'debug',
    ...changes,
  }
  const write = (fact: string, fields: Record<string, unknown> = {}) => logged.write({ ...fields, msg: fact })
  const log: Log = { debug: write, info: write, warn: write, error: write, debugging: true }
  const relay = createRelay({ config, log })
  return { lines: logged.lines, waitForLog: logged.waitForLog, start: () => relay.start(), stop: () => relay.stop() }
}

function createLogged(): Logged & { write(line: LogLine): void } {
  const lines: LogLine[] = []
  const waiting = new Set<() => void>()
  return {
    lines,
    write(line) {
      lines.push(line)
      for (const look of waiting) look()
    },
    waitForLog(fact, matches = () => true, timeout_ms = DEADLINE_MS) {
      return new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(timer)
          waiting.delete(look)
        }
        const look = () => {
          const found = lines.find((line) => line.msg === fact && matches(line))
          if (found === undefined) return
          end()
          resolve(found)
        }
        const timer = setTimeout(() => {
          end()
          reject(new Error(`after ${timeout_ms} ms no ${fact} among ${JSON.stringify(lines.slice(-30))}`))
        }, timeout_ms)
        waiting.add(look)
        look()
      })
    },
  }
}

/** A crash of Node itself is no JSON. */
function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return { msg: line }
  }
}
