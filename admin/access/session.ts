/** Who is logged in to the pages. */
import type { Context, MiddlewareHandler } from 'hono'
import { root } from '../parts/layout.ts'
import { problem } from '../parts/problem.ts'
import type { Pool } from '../pool.ts'
import { endSession, sessionOf, startSession, type SessionRow } from '../queries/access.ts'
import type { Actor, Env } from './actor.ts'
import { addressOf } from './address.ts'
import type { Cookies } from './cookie.ts'
import { carriesToken, csrfToken, isForeign, isUnsafe } from './csrf.ts'
import { sha256 } from './hash.ts'
import { askedFor } from './next.ts'
import type { Holder } from './token.ts'

export interface SessionDeps {
  pool: Pool
  cookies: Cookies
  admin_token: string | null
  admin_url: string | null
}

const NOT_OURS =
  'This form was not sent by a page of this admin, so nothing was changed. Where the admin is reached by another name ' +
  'than it knows, set OUTBOX_ADMIN_URL to the address in the browser.'
const OUTDATED =
  'This form belongs to another login, or to none, so nothing was changed. Load its page again, and send it once more.'

/** Lets in whoever has a session; the others are led to the login. */
export function session(deps: SessionDeps): MiddlewareHandler<Env> {
  return async (c, next) => {
    const found = await find(c, deps)
    if (found === null) return toLogin(c)
    c.set('actor', { name: found.name, scope: found.scope, door: 'page', address: addressOf(c) })
    c.set('csrf', csrfToken(found.cookie))
    if (isUnsafe(c)) {
      if (isForeign(c, deps.admin_url)) return problem(c, 403, NOT_OURS)
      if (!(await carriesToken(c, c.get('csrf')))) return problem(c, 403, OUTDATED)
    }
    return next()
  }
}

/** Null: nobody is logged in. */
export async function find(c: Context, deps: SessionDeps): Promise<(SessionRow & { cookie: string }) | null> {
  const cookie = deps.cookies.read(c)
  if (cookie === null) return null
  const values = [sha256(cookie), deps.admin_token === null ? null : sha256(deps.admin_token)]
  const [row] = await deps.pool.run<SessionRow>(sessionOf, values)
  return row === undefined ? null : { ...row, cookie }
}

/** Where htmx asks for a part, a login page must not land in it: the whole page is loaded again, and led there itself. */
function toLogin(c: Context): Response {
  if (c.req.header('HX-Request') !== undefined) return c.text('Your session has ended.', 401, { 'HX-Refresh': 'true' })
  const next = askedFor(c)
  return c.redirect(`${root(c)}login${next === '/' ? '' : `?next=${encodeURIComponent(next)}`}`, 303)
}

/** Logs in: a session in the database, a new cookie in the browser. */
export async function open(c: Context, deps: SessionDeps, holder: Holder): Promise<void> {
  const address = addressOf(c)
  const actor: Actor = { name: holder.name, scope: holder.scope, door: 'page', address }
  const hash = sha256(deps.cookies.issue(c))
  await deps.pool.change(actor, (query) =>
    query(startSession, [hash, holder.name, holder.scope, holder.token_id, holder.token_hash, address]),
  )
}

export async function close(c: Context<Env>, deps: SessionDeps): Promise<void> {
  const cookie = deps.cookies.read(c)
  if (cookie !== null) await deps.pool.change(c.get('actor'), (query) => query(endSession, [sha256(cookie)]))
  deps.cookies.clear(c)
}
