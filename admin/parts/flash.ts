/** What was done, said once on the page that follows: it waits in a cookie over the redirect. */
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import type { Pool, Query } from '../pool.ts'
import { refusalOf } from '../refusal.ts'
import { root, type Html } from './layout.ts'

const NAME = 'outbox_said'
type Tone = 'good' | 'wait' | 'bad'

/** A path is relative to the root of the admin. */
export function redirect(c: Context, path: string, tone?: Tone, text?: string): Response {
  if (tone !== undefined && text !== undefined)
    setCookie(c, NAME, `${tone} ${text.slice(0, 1_000)}`, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 60 })
  return c.redirect(`${root(c)}${path}`, 303)
}

export function flash(c: Context): Html | '' {
  const said = getCookie(c, NAME)
  if (said === undefined) return ''
  deleteCookie(c, NAME, { path: '/' })
  const [, tone, text] = /^(good|wait|bad) (.*)$/s.exec(said) ?? []
  return tone === undefined ? '' : html`<p class="note ${tone}" role="status">${text}</p>`
}

/**
 * Changes something and goes back to a page, which says what was done or what Postgres refused. Warnings are said, too.
 */
export async function act<T>(
  c: Context<Env>,
  pool: Pool,
  given: { path: string; done: string | ((result: T) => string); work: (query: Query) => Promise<T> },
): Promise<Response> {
  try {
    const { result, warnings } = await pool.change(c.get('actor'), given.work)
    const done = typeof given.done === 'string' ? given.done : given.done(result)
    const more = warnings.map(({ message, hint }) => ` Warning: ${message}. ${hint ?? ''}`).join('')
    return redirect(c, given.path, more === '' ? 'good' : 'wait', `${done}${more}`)
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    return redirect(c, given.path, 'bad', `${refusal.message}. ${refusal.hint ?? ''}`)
  }
}
