/** `/login`, `/login/<code>`, `/logout`: how one comes in and goes. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Access } from '../access/access.ts'
import type { Env } from '../access/actor.ts'
import { addressOf } from '../access/address.ts'
import { isForeign } from '../access/csrf.ts'
import { sha256 } from '../access/hash.ts'
import { ownPath } from '../access/next.ts'
import { close, find, open } from '../access/session.ts'
import type { Holder } from '../access/token.ts'
import { useLoginLink } from '../queries/access.ts'
import { layout, root, type Html } from '../parts/layout.ts'

const BY_LINK: Holder = { name: 'login link', scope: 'admin', token_id: null, token_hash: null }

/** Before the gate: whoever comes here has no session yet. */
export function loginPages(app: Hono<Env>, access: Access): void {
  app.get('/login', async (c) => {
    const next = ownPath(c.req.query('next'))
    return (await find(c, access)) === null ? tokenForm(c, next) : enter(c, next)
  })
  app.post('/login', (c) => byToken(c, access))
  // A preview of the link, in a chat or a mail, only looks: it does not press the button.
  app.get('/login/:code', (c) => linkForm(c))
  app.post('/login/:code', (c) => byLink(c, access))
}

/** Behind the gate, which checks that it is the person's own wish. */
export function logoutPage(app: Hono<Env>, access: Access): void {
  app.post('/logout', async (c) => {
    await close(c, access)
    return c.redirect(`${root(c)}login`, 303)
  })
}

async function byToken(c: Context, access: Access): Promise<Response> {
  const body = await c.req.parseBody()
  const next = ownPath(text(body['next']))
  if (isForeign(c, access.admin_url)) return tokenForm(c, next, 403, FOREIGN)
  const verdict = await access.tokens.verify(text(body['token']).trim(), addressOf(c))
  if (verdict.kind === 'throttled') return tokenForm(c, next, 429, tooMany(c, verdict.wait_s))
  if (verdict.kind === 'unknown') return tokenForm(c, next, 401, 'This token is unknown, revoked or expired.')
  await open(c, access, verdict.holder)
  return enter(c, next)
}

async function byLink(c: Context, access: Access): Promise<Response> {
  if (isForeign(c, access.admin_url)) return linkForm(c, 403, FOREIGN)
  const address = addressOf(c)
  const wait_s = access.tokens.throttle.wait(address)
  if (wait_s !== null) return linkForm(c, 429, tooMany(c, wait_s))
  const [row] = await access.pool.run<{ used: boolean }>(useLoginLink, [sha256(c.req.param('code') ?? '')])
  if (row?.used !== true) {
    access.tokens.throttle.failed(address)
    return linkForm(c, 410, 'This link was used before, or is older than it may be. Make another: outbox login')
  }
  await open(c, access, BY_LINK)
  return enter(c, '/')
}

const FOREIGN =
  'This was not sent by a page of this admin. Where the admin is reached by another name than it knows, set ' +
  'OUTBOX_ADMIN_URL to the address in the browser.'

function tooMany(c: Context, wait_s: number): string {
  c.header('Retry-After', String(wait_s))
  return `Too many wrong attempts. Try again in ${wait_s} s.`
}

function enter(c: Context, next: string): Response {
  return c.redirect(root(c) + next.slice(1), 303)
}

function text(field: unknown): string {
  return typeof field === 'string' ? field : ''
}

function tokenForm(c: Context, next: string, status: 200 | 401 | 403 | 429 = 200, error: string | null = null) {
  // SameSite=Strict: from another site the cookie does not come along, but from our own link it does.
  const from_afar = c.req.header('sec-fetch-site') === 'cross-site'
  return frame(
    c,
    status,
    html`${alert(error)}
      <form class="form" method="post" action="${root(c)}login">
        <input type="hidden" name="next" value="${next}" />
        <div class="field">
          <label for="token">Token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
        </div>
        <p class="submit"><button class="button primary">Log in</button></p>
      </form>
      ${from_afar ? html`<p><a href="?next=${encodeURIComponent(next)}">I am logged in already</a></p>` : ''}
      <p class="muted">
        No token yet? <code>outbox login</code>, on the machine that runs the admin, prints a link that logs you in
        once.
      </p>`,
  )
}

function linkForm(c: Context, status: 200 | 403 | 410 | 429 = 200, error: string | null = null) {
  const button = html`<form method="post"><button class="button primary">Log in</button></form>
    <p class="muted">This link works once.</p>`
  const back = html`<p><a href="${root(c)}login">Log in with a token</a></p>`
  return frame(c, status, html`${alert(error)} ${error === null ? button : back}`)
}

function alert(error: string | null): Html | '' {
  return error === null ? '' : html`<p class="error" role="alert">${error}</p>`
}

function frame(c: Context, status: 200 | 401 | 403 | 410 | 429, content: Html): Response | Promise<Response> {
  const page = {
    title: 'Log in · Outbox',
    content: html`<h1>Log in</h1>
      ${content}`,
    refresh: null,
    reads: [],
  }
  return c.html(layout(c, page), status)
}
