/** The cookie that says who is logged in. Its value is random; the database knows its hash. */
import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'

/** As long as outbox.start_session lets a session last. */
const MAX_AGE_S = 12 * 60 * 60

export interface Cookies {
  read(c: Context): string | null
  /** Sets a new one and returns its value. */
  issue(c: Context): string
  clear(c: Context): void
}

export function createCookies(secure: boolean): Cookies {
  const options: CookieOptions = { path: '/', httpOnly: true, sameSite: 'Strict', secure }
  return {
    read: (c) => getCookie(c, nameOf(c, secure)) ?? null,
    issue(c) {
      const value = randomBytes(32).toString('base64url')
      setCookie(c, nameOf(c, secure), value, { ...options, maxAge: MAX_AGE_S })
      return value
    },
    clear: (c) => void deleteCookie(c, nameOf(c, secure), options),
  }
}

/**
 * A browser accepts the prefix only with Secure and from the host itself, so no neighbour under the same domain can
 * plant one. Without TLS there is no such promise; but cookies know no ports, and two admins of one machine differ in that.
 */
function nameOf(c: Context, secure: boolean): string {
  return secure ? '__Host-outbox' : `outbox_${new URL(c.req.url).port || '80'}`
}
