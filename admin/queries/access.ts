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

export const createToken = `select outbox.create_token($1, $2, now() + $3::interval) as token`

/** Those that can still be used, or could: an expired one keeps its name until it is revoked. */
export const liveTokens = `
select id, name, scope, beginning, created_by, created_at, expires_at, last_used_at
from outbox.api_tokens
where revoked_at is null
order by created_at desc, id`
export interface TokenRow {
  id: string
  name: string
  scope: Scope
  beginning: string
  created_by: string
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
}

export const revokeToken = `select outbox.revoke_token($1) as revoked`

export const createLoginLink = `select outbox.create_login_link() as code`
