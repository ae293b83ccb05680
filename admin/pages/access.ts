/** `/access`: the tokens, and who is logged in. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql } from '../queries.ts'
import * as queries from '../queries/access.ts'
import type { OpenSessionRow, TokenRow } from '../queries/access.ts'
import { refusalOf } from '../refusal.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { noTokens, sessionTable, tokenTable } from './access-tables.ts'
import { EXPIRIES, newToken, type Draft } from './new-token.ts'
import { problem } from '../parts/problem.ts'

export function accessPages(app: Hono<Env>, pool: Pool): void {
  app.use('/access', needs('admin'))
  app.use('/access/*', needs('admin'))
  app.get('/access', (c) => page(c, pool, { draft: {} }))
  app.post('/access', (c) => create(c, pool))
  app.post('/access/tokens/:id/revoke', async (c) => {
    const done = await change(c, pool, queries.revokeToken, c.req.param('id'))
    return done ? c.redirect(`${root(c)}access`, 303) : problem(c, 404, 'There is no such token.')
  })
  app.post('/access/sessions/:id/end', async (c) => {
    const done = await change(c, pool, queries.endSessionById, c.req.param('id'))
    return done ? c.redirect(`${root(c)}access`, 303) : problem(c, 404, 'There is no such session.')
  })
}

/** The answer is a page and no redirect: it is the one that shows the token, and no other ever does. */
async function create(c: Context<Env>, pool: Pool): Promise<Response> {
  const body = await c.req.parseBody()
  const text = (name: string) => (typeof body[name] === 'string' ? body[name].trim() : '')
  const draft: Draft = { name: text('name'), scope: text('scope'), expires: text('expires') }
  const expires = EXPIRIES.find(([value]) => value === draft.expires)?.[0] ?? ''
  try {
    const { result } = await pool.change(c.get('actor'), (query) =>
      query<{ token: string }>(queries.createToken, [draft.name, draft.scope, expires === '' ? null : expires]),
    )
    return page(c, pool, { draft: {}, token: result[0]?.token ?? null })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    c.status(422)
    return page(c, pool, { draft: { ...draft, refusal } })
  }
}

/** False: there is nothing of this id. */
async function change(c: Context<Env>, pool: Pool, statement: string, id: string): Promise<boolean> {
  try {
    await pool.change(c.get('actor'), (query) => query(statement, [id]))
    return true
  } catch (error) {
    if (refusalOf(error) === null) throw error
    return false
  }
}

async function page(c: Context<Env>, pool: Pool, given: { draft: Draft; token?: string | null }): Promise<Response> {
  const { now, tokens, sessions } = await pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(databaseTime)
    return {
      now: time?.now ?? new Date(),
      tokens: await query<TokenRow>(queries.liveTokens),
      sessions: await query<OpenSessionRow>(queries.openSessions),
    }
  })
  const csrf = c.get('csrf')
  const content = html`<h1>Tokens</h1>
    <p class="muted">A token opens the API, and the login of these pages, as far as its scope goes.</p>
    ${given.token == null ? '' : once(given.token)} ${tokens.length === 0 ? noTokens() : tokenTable(tokens, now, csrf)}
    <section class="part">
      <header><h2>New token</h2></header>
      ${newToken(given.draft, csrf)}
    </section>
    <section class="part">
      <header><h2>Logged in now</h2></header>
      ${sessionTable(sessions, now, csrf)}
    </section>`
  const reads = [queries.liveTokens, queries.openSessions].map((statement) => forPsql(statement))
  return show(c, { title: 'Tokens · Outbox', content, refresh: null, reads })
}

function once(token: string): Html {
  return html`<div class="note good" role="status">
    <p>This is the new token. It is shown this once: keep it now.</p>
    <pre id="token">${token}</pre>
  </div>`
}
