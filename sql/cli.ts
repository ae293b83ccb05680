/** What all commands share: how they are described, how they print, how they stop, how they find the database. */
import { readFile } from 'node:fs/promises'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { namesDatabase } from './config.ts'

export const exitCode = { done: 0, failed: 1, usage: 2 } as const

/** Where `outbox start` leaves the address of its own server, so that the other commands find it. */
export const urlFile = '.outbox/url'

export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>

export interface Command {
  usage: string
  summary: string
  options?: NonNullable<ParseArgsConfig['options']>
  run: (values: Values, words: string[]) => Promise<void>
}

/** Wrong use of the command line. */
export class UsageError extends Error {}

export const jsonOption = { json: { type: 'boolean' } } as const

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** The value of a numeric option. Raises UsageError when it is none, or out of bounds. */
export function integerOption(values: Values, name: string, fallback: number, min: number, max: number): number {
  const given = values[name]
  if (given === undefined) return fallback
  const value = Number(given)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new UsageError(`--${name} is ${String(given)}, not a whole number from ${min} to ${max}`)
}

/** DATABASE_URL; undefined where the PG* variables decide; else what `outbox start` runs in this directory. */
export async function databaseUrl(given: string | undefined): Promise<string | undefined> {
  if (given !== undefined || namesDatabase()) return given
  const written = await readFile(urlFile, 'utf8').catch(() => null)
  if (written === null)
    throw new UsageError('no database: set DATABASE_URL or the PG* variables, or run `npm start` here first')
  return written
}

/** Ctrl-C under npm arrives twice within a moment: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 250

/** Runs `stop` at the first SIGINT or SIGTERM and then ends the process; the second one ends it at once. */
export function untilStopped(stop: () => Promise<void>): void {
  let stopping_since: number | null = null
  const onSignal = () => {
    const now = performance.now()
    if (stopping_since !== null && now - stopping_since > SAME_SIGNAL_MS) process.exit(exitCode.failed)
    if (stopping_since !== null) return
    stopping_since = now
    stop().then(
      () => process.exit(exitCode.done),
      (error: unknown) => {
        process.stderr.write(
          `outbox: could not stop cleanly: ${error instanceof Error ? error.message : String(error)}\n`,
        )
        process.exit(exitCode.failed)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}

/** Raises UsageError with a sentence for options that the command does not have. */
export function parseCommand(command: Command, args: string[]): { values: Values; words: string[] } {
  try {
    const { values, positionals } = parseArgs({ args, options: command.options ?? {}, allowPositionals: true })
    return { values, words: positionals }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
