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

/** Not those whose token has expired since. */
export const openSessions = `
select encode(s.session_hash, 'hex') as id, s.name, s.scope, s.address, s.created_at, s.seen_at, s.expires_at
from outbox.admin_sessions as s
left join outbox.api_tokens as t on t.id = s.token_id
where s.expires_at > now() and s.seen_at > now() - interval '2 hours' and (t.expires_at is null or t.expires_at > now())
order by s.seen_at desc, s.created_at desc
limit 100`
export interface OpenSessionRow extends SessionRow {
  id: string
  address: string | null
  created_at: Date
  seen_at: Date
  expires_at: Date
}

export const endSessionById = `select outbox.end_session(decode($1, 'hex')) as ended`
