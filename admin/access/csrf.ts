/** Whether a form was sent by a page of ours, and not by a foreign one that the same browser shows. */
import { createHmac } from 'node:crypto'
import type { Context } from 'hono'
import { isSame } from './hash.ts'

/** Derived from the cookie, which no other site can read: nothing is stored, and it ends with the session. */
export function csrfToken(cookie: string): string {
  return createHmac('sha256', cookie).update('csrf').digest('base64url')
}

export function isUnsafe(c: Context): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)
}

/** Browsers say where a form comes from, and no page can make them say otherwise. What is no browser says nothing. */
export function isForeign(c: Context, admin_url: string | null): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const origin = c.req.header('origin')
  if (origin === undefined) return false
  if (!URL.canParse(origin)) return true
  if (admin_url !== null && origin === new URL(admin_url).origin) return false
  return new URL(origin).host !== new URL(c.req.url).host
}

/** In the form field `csrf`, or in the header that htmx sends. */
export async function carriesToken(c: Context, expected: string): Promise<boolean> {
  const header = c.req.header('x-csrf-token')
  if (header !== undefined) return isSame(header, expected)
  const body: Record<string, unknown> = await c.req.parseBody().catch(() => ({}))
  return typeof body['csrf'] === 'string' && isSame(body['csrf'], expected)
}
