/** Where the login leads: to the page that was asked for. */
import type { Context } from 'hono'

/** The page that this request asks for, for `next`. A form that was sent cannot be sent again: it leads to the overview. */
export function askedFor(c: Context): string {
  const { pathname, search } = new URL(c.req.url)
  return c.req.method === 'GET' ? pathname + search : '/'
}

/** A path of our own, else `/`: whoever sends somebody a link to the login must not choose another site to end up at. */
export function ownPath(next: string | undefined): string {
  // Two slashes, or what browsers take for them, would begin the name of a host.
  return next !== undefined && /^\/(?!\/)[^\\\p{Cc}]*$/u.test(next) ? next : '/'
}
