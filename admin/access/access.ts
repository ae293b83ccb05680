/** The gate that every request passes: no route behind it can be left open by mistake. */
import type { Context, MiddlewareHandler } from 'hono'
import type { Log } from '../../sql/log.ts'
import type { Pool } from '../pool.ts'
import type { Env } from './actor.ts'
import { actorOf, bearer } from './bearer.ts'
import { createCookies } from './cookie.ts'
import { session, type SessionDeps } from './session.ts'
import { createTokens, type Tokens } from './token.ts'

/** Who may come in, by the configuration. */
export interface Rules {
  /** OUTBOX_ADMIN_TOKEN. Null: only tokens of the database and login links let anybody in. */
  admin_token: string | null
  /** OUTBOX_ADMIN_URL. Null: not set. */
  admin_url: string | null
  /** Whether only this machine reaches the admin. */
  loopback: boolean
}

export interface Access extends SessionDeps {
  tokens: Tokens
  gate: MiddlewareHandler<Env>
}

/** The same for everybody, and nobody's secret: what writes a client reads it before it has a token. */
const OPEN = '/api/v1/openapi.json'

export function createAccess(deps: { pool: Pool; log: Log; rules: Rules }): Access {
  const { pool, log, rules } = deps
  const tokens = createTokens({ pool, log, admin_token: rules.admin_token })
  const cookies = createCookies(rules.admin_url?.startsWith('https:') === true)
  const sessions: SessionDeps = { pool, cookies, admin_token: rules.admin_token, admin_url: rules.admin_url }
  const doors = { api: bearer(tokens), metrics: metricsAccess(tokens, rules.loopback), pages: session(sessions) }
  return {
    ...sessions,
    tokens,
    gate: (c, next) => {
      if (c.req.path === OPEN) return next()
      if (isApi(c)) return doors.api(c, next)
      return c.req.path === '/metrics' ? doors.metrics(c, next) : doors.pages(c, next)
    },
  }
}

export function isApi(c: Context): boolean {
  return c.req.path === '/api' || c.req.path.startsWith('/api/')
}

/** Counts are no payloads, and what collects them on this machine has no token; from elsewhere it needs one. */
export function metricsAccess(tokens: Tokens, loopback: boolean): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (loopback) return next()
    // Every scope includes read.
    c.set('actor', await actorOf(c, tokens))
    return next()
  }
}
