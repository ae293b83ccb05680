/** `/webhooks`: all of them with their health, and the way to a new one. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import { field } from '../parts/form.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { empty, head } from '../parts/parts.ts'
import type { Day } from '../parts/sparkline.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql } from '../queries.ts'
import { sparklines, type SparklineRow } from '../queries/activity.ts'
import { PAGE, webhookList, type WebhookListRow } from '../queries/webhook-list.ts'
import { webhookForms } from './webhook-edit.ts'
import { noWebhooks, webhookRows } from './webhook-rows.ts'

export function webhooksPages(app: Hono<Env>, pool: Pool): void {
  app.get('/webhooks', (c) => list(c, pool))
  webhookForms(app, pool)
}

async function list(c: Context<Env>, pool: Pool): Promise<Response> {
  const search = c.req.query('q')?.replaceAll('\0', '').trim() ?? ''
  const after = c.req.query('after')?.replaceAll('\0', '') ?? null
  const { now, found, days } = await pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(databaseTime)
    const rows = await query<WebhookListRow>(webhookList, [search === '' ? null : search, after])
    const ids = rows.slice(0, PAGE).map((row) => row.webhook_id)
    const lines = ids.length === 0 ? [] : await query<SparklineRow>(sparklines, [ids])
    return {
      now: time?.now ?? new Date(),
      found: rows,
      days: new Map<string, Day>(lines.map((line) => [line.webhook_id, line])),
    }
  })
  const rows = found.slice(0, PAGE)
  const may_write = allows(c.get('actor'), 'write')
  const nothing = rows.length === 0 && search === '' && after === null
  const content = html`${head({
    title: 'Webhooks',
    about: 'Where events are sent, what each wants, and how it is doing. Failing ones first.',
    actions: [may_write ? html`<a class="button primary" href="${root(c)}webhooks/new">Register a webhook</a>` : ''],
  })}
  ${nothing ? noWebhooks(c, may_write) : html`${searchForm(c, search)} ${rows.length === 0 ? nothingFound(c) : webhookRows(c, { rows, days, now })}`}
  ${pages(c, search, found.length > PAGE ? (rows.at(-1)?.webhook_id ?? null) : null, after)}`
  const psql = webhookList
    .replace('$1::text', () => literal(search))
    .replace('lower($1)', () => `lower(${literal(search)})`)
  const reads = [
    psql.replaceAll('$2', () => literal(after ?? '')),
    sparklines.replace('$1', 'array(select id from outbox.webhooks limit 200)'),
  ]
  return show(c, {
    title: 'Webhooks · Outbox',
    content,
    refresh: null,
    reads: reads.map((statement) => forPsql(statement)),
  })
}

/** For psql, as one would type it. */
function literal(text: string): string {
  return text === '' ? 'null' : `'${text.replaceAll("'", "''")}'`
}

function searchForm(c: Context, search: string): Html {
  return html`<form class="filters" role="search" action="${root(c)}webhooks">
    ${field({ name: 'q', label: 'Host or description', value: search, type: 'search' })}
    <button class="button">Search</button>
  </form>`
}

function nothingFound(c: Context): Html {
  return empty(
    'No webhook is like this',
    html`<p>The search looks at hosts and descriptions. <a href="${root(c)}webhooks">Show all</a></p>`,
  )
}

function pages(c: Context, search: string, next: string | null, after: string | null): Html | '' {
  if (next === null && after === null) return ''
  const address = (more: Record<string, string>) =>
    `${root(c)}webhooks?${new URLSearchParams({ ...(search === '' ? {} : { q: search }), ...more }).toString()}`
  return html`<div class="pager">
    <span></span>
    <span
      >${after === null ? '' : html`<a class="button small" href="${address({})}">First</a>`}
      ${next === null ? '' : html`<a class="button small" href="${address({ after: next })}" rel="next">Next</a>`}</span
    >
  </div>`
}
