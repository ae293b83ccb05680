/** The secrets of a webhook, shown to whoever asked: the answer is a page and no redirect, and no address leads back to it. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import type { Pool } from '../pool.ts'
import { databaseTime } from '../queries.ts'
import { revealSecret, type SecretRow } from '../queries/webhook.ts'
import { refusalOf } from '../refusal.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { code, empty, head } from '../parts/parts.ts'
import { problem } from '../parts/problem.ts'
import { fullTime } from '../parts/time.ts'

export async function secretPage(c: Context<Env>, pool: Pool, id: string): Promise<Response> {
  try {
    const { result } = await pool.change(c.get('actor'), async (query) => {
      const [time] = await query<{ now: Date }>(databaseTime)
      return { now: time?.now ?? new Date(), secrets: await query<SecretRow>(revealSecret, [id]) }
    })
    const content = html`${head({
      title: 'Secret',
      about: 'The audit log keeps that you looked. Whoever knows a secret can make requests that look like ours.',
      crumbs: html`<a href="${root(c)}webhooks/${id}">Webhook</a>`,
    })}
    ${result.secrets.length === 0 ? none() : result.secrets.map((row) => secret(row, result.now))}`
    return show(c, { title: 'Secret · Outbox', content, refresh: null, reads: [] })
  } catch (error) {
    if (refusalOf(error)?.kind !== 'missing') throw error
    return problem(c, 404, 'There is no such webhook; it may have been deleted.')
  }
}

function none(): Html {
  return empty(
    'No secret yet',
    html`<p>The first relay that meets the webhook makes one. “Rotate secret” makes one now.</p>`,
  )
}

function secret({ secret: text, created_at, expires_at }: SecretRow, now: Date): Html {
  return html`<section class="card">
    ${code(text)}
    <p class="muted">
      Made ${fullTime(created_at, now)}${expires_at === null ? '.' : html`, signs until ${fullTime(expires_at, now)}.`}
    </p>
  </section>`
}
