/** Why the database did not answer, in a sentence that names no host, user or statement: it is shown to anybody. */
import { PoolError } from './pool.ts'

const SENTENCES: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [/^(ECONNREFUSED|ENOENT)$/, 'Postgres cannot be reached: nothing listens at its address.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "Postgres cannot be reached: its host's name is unknown."],
  [/^(ECONNRESET|EPIPE|57P01|57P02)$/, 'Postgres closed the connection.'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, 'Postgres cannot be reached through the network.'],
  [/^57P03$/, 'Postgres is starting or stopping.'],
  [/^53300$/, 'Postgres has no connection left to give.'],
  [/^28/, 'Postgres refuses the login: see DATABASE_URL.'],
  [/^3D000$/, 'The database does not exist: see DATABASE_URL.'],
  [/^(3F000|42P01|42883|42703)$/, 'The schema is not installed, or of another version: run outbox migrate.'],
  [/^42501$/, 'The role of the admin may not read the views of the schema outbox.'],
  [/^57014$/, 'Postgres took longer than 5 s.'],
]

/** What `pg` raises without a code. */
const WORDS = /^(timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error)/

/** Null: the fault is ours, not that of the database. */
export function unavailable(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (error instanceof PoolError) return 'The connections to Postgres are all busy.'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = SENTENCES.find(([pattern]) => pattern.test(code))
  if (known !== undefined) return known[1]
  return WORDS.test(error.message) ? 'Postgres does not answer.' : null
}
