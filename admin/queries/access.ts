/** Who is let in. Tokens, cookies and codes come here as their SHA-256 only. */
import type { Scope } from '../access/actor.ts'

export const authenticateToken = `select id, name, scope from outbox.authenticate_token($1)`
export interface TokenHolderRow {
  id: string
  name: string
  scope: Scope
}

export const useLoginLink = `select outbox.use_login_link($1) as used`

export const startSession = `select outbox.start_session($1, $2, $3, $4, $5, $6)`

export const sessionOf = `select name, scope from outbox.session_of($1, $2)`
export interface SessionRow {
  name: string
  scope: Scope
}

export const endSession = `select outbox.end_session($1) as ended`
