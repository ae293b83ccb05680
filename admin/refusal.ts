/** What Postgres refused because of a value that a person gave, told so that the person can mend it. */

export interface Refusal {
  kind: 'invalid' | 'missing' | 'conflict' | 'forbidden'
  message: string
  /** What would be right. Null: nothing to add. */
  hint: string | null
  /** The column or argument that it is about. Null: none in particular. */
  field: string | null
}

/** Our own SQLSTATEs (README), and those of constraints and casts that a value can meet. */
const KINDS: Readonly<Record<string, Refusal['kind']>> = {
  OB001: 'invalid',
  OB002: 'missing',
  OB003: 'conflict',
  OB004: 'forbidden',
  OB005: 'conflict',
  '22001': 'invalid',
  '22003': 'invalid',
  '22007': 'invalid',
  '22008': 'invalid',
  '22023': 'invalid',
  '22015': 'invalid',
  '22021': 'invalid',
  '2201B': 'invalid',
  '22P02': 'invalid',
  '22P05': 'invalid',
  '42601': 'invalid',
  '23502': 'invalid',
  '23514': 'invalid',
  '54001': 'invalid',
  '23505': 'conflict',
  '23503': 'conflict',
  '42501': 'forbidden',
}

interface DatabaseError extends Error {
  code: string
  hint?: string
  column?: string
}

/** Null: this is no refusal, but a fault of the database or of ours. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  const kind = KINDS[error.code]
  if (kind === undefined) return null
  const { message, hint, column } = error as DatabaseError
  // Functions name their argument at the beginning of the message: argument "since" is …
  const field = column ?? /^(?:argument|column|setting) "([^"]+)"/.exec(message)?.[1] ?? null
  return { kind, message, hint: hint ?? null, field }
}
