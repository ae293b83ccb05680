/** `/events/:id`: one event, who got it, who did not and why. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql } from '../queries.ts'
import * as queries from '../queries/events.ts'
import type { EventRow, ExplanationRow } from '../queries/events.ts'
import type { FoundEvent } from '../queries/search.ts'
import { refusalOf } from '../refusal.ts'
import { findEvents } from '../search.ts'
import { act, redirect } from '../parts/flash.ts'
import { prettyJson } from '../parts/json.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { code, facts, head, part } from '../parts/parts.ts'
import { problem } from '../parts/problem.ts'
import { fullTime } from '../parts/time.ts'
import { eventTable } from './events.ts'
import { explanation } from './explanation.ts'

interface Shown {
  now: Date
  row: EventRow
  explained: ExplanationRow[]
  siblings: FoundEvent[]
  more_siblings: boolean
}

const SIBLINGS = 20
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function eventPages(app: Hono<Env>, pool: Pool): void {
  app.get('/events/:id', async (c) => {
    const id = c.req.param('id')
    const shown = UUID.test(id) ? await read(pool, id) : null
    if (shown === null) return problem(c, 404, 'There is no such event; it may be older than the retention.')
    const under_way = shown.explained.some(
      ({ matched, status }) => matched && (status === null || status === 'pending'),
    )
    return show(c, {
      title: `${shown.row.type} · Event · Outbox`,
      content: page(c, shown),
      refresh: under_way ? `./${shown.row.id}` : null,
      reads: [queries.explained, queries.event].map((statement) => forPsql(statement, shown.row.id)),
    })
  })
  app.post('/events/:id/send', needs('write'), (c) => send(c, pool))
}

function read(pool: Pool, id: string): Promise<Shown | null> {
  return pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(databaseTime)
    const [row] = await query<EventRow>(queries.event, [id])
    if (row === undefined) return null
    const explained = await query<ExplanationRow>(queries.explanation, [id])
    const { rows, next } = await findEvents(query, { txid: row.txid }, { max_rows: SIBLINGS + 1 })
    const siblings = rows.filter((other) => other.id !== row.id)
    return { now: time?.now ?? new Date(), row, explained, siblings, more_siblings: next !== null }
  })
}

/** The same delivery once more where there is one; else the event is sent as one that was missed. */
async function send(c: Context<Env>, pool: Pool): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const body = await c.req.parseBody()
  const webhook_id = typeof body.webhook_id === 'string' ? body.webhook_id : ''
  if (!UUID.test(id) || !UUID.test(webhook_id)) return problem(c, 404, 'There is no such event or webhook.')
  const path = `events/${id}`
  if (typeof body.delivery_id === 'string')
    return act(c, pool, {
      path,
      done: 'The delivery is sent again.',
      work: (query) => query(queries.resend, [body.delivery_id]),
    })
  try {
    const { result } = await pool.change(c.get('actor'), async (query) => {
      const [wanted] = await query<{ deliveries: string }>(queries.sendMissed, [webhook_id, id, true])
      if (Number(wanted?.deliveries ?? 0) > 0) await query(queries.sendMissed, [webhook_id, id, false])
      return Number(wanted?.deliveries ?? 0)
    })
    return result > 0
      ? redirect(c, path, 'good', 'It is sent to the webhook with the next work of a relay.')
      : redirect(c, path, 'bad', 'Nothing was sent: the webhook does not want this event, or has a delivery of it.')
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    return redirect(c, path, 'bad', `${refusal.message}. ${refusal.hint ?? ''}`)
  }
}

function page(c: Context<Env>, shown: Shown): Html {
  const { row, explained, now } = shown
  const write = allows(c.get('actor'), 'write')
  const emit = html`<a class="button" href="${root(c)}events/new?type=${encodeURIComponent(row.type)}">Emit another</a>`
  return html`${head({
    title: html`<bdi>${row.type}</bdi>`,
    crumbs: html`<a href="${root(c)}events">Events</a>`,
    actions: [write ? emit : ''],
  })}
  ${about(c, row, now)} ${part('Who got it, and who did not', explanation(c, { row, explained, now, write }))}
  ${data(row)} ${row.context === null ? '' : part('Context', json(row.context))} ${others(c, shown)}`
}

function about(c: Context, row: EventRow, now: Date): Html {
  const type = html`<a href="${root(c)}event-types/${encodeURIComponent(row.type)}">${row.type}</a>`
  const only = row.only_for
  return facts([
    ['Id', html`<code>${row.id}</code> <span class="muted">sent as webhook-id</span>`],
    ['Type', type],
    row.key === null ? null : ['Key', html`<bdi>${row.key}</bdi>`],
    row.tenant === null ? null : ['Tenant', html`<bdi>${row.tenant}</bdi>`],
    ['Occurred', fullTime(row.occurred_at, now)],
    ['Transaction', html`<a href="${root(c)}events?txid=${row.txid}">${row.txid}</a>`],
    only === null
      ? null
      : ['Meant for', html`<a href="${root(c)}webhooks/${only}">one webhook only</a>: a test, or a backfill`],
  ])
}

function data({ data: text, data_length }: EventRow): Html {
  const cut = data_length > text.length
  const shown = `The first ${text.length.toLocaleString('en')} of ${data_length.toLocaleString('en')} characters.`
  return part('Data', json(text), cut ? html`<span class="muted">${shown}</span>` : '')
}

function json(text: string): Html {
  return html`<div class="json">${code(prettyJson(text))}</div>`
}

function others(c: Context, { row, siblings, more_siblings, now }: Shown): Html {
  const title = 'Others of the same transaction'
  if (siblings.length === 0) return part(title, html`<p class="muted">None: it is the only one.</p>`)
  const all = html`<a href="${root(c)}events?txid=${row.txid}">All of them</a>`
  return part(title, eventTable(c, siblings.slice(0, SIBLINGS), now), more_siblings ? all : '')
}
