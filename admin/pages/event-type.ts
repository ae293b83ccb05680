/** `/event-types/:type`: what is known of a type, who wants it, and a form that tells more. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql } from '../queries.ts'
import * as queries from '../queries/event-types.ts'
import type { EventTypeRow, WebhookOfTypeRow } from '../queries/event-types.ts'
import { refusalOf, type Refusal } from '../refusal.ts'
import { hostOf } from '../parts/delivery.ts'
import { redirect } from '../parts/flash.ts'
import { confirmButton } from '../parts/form.ts'
import { prettyJson } from '../parts/json.ts'
import { textsOf } from '../parts/json-text.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { badge, code, facts, head, part } from '../parts/parts.ts'
import { problem } from '../parts/problem.ts'
import { fullTime } from '../parts/time.ts'
import { draftOf, faultOf, typeForm, type Draft } from './event-type-form.ts'

const GONE = 'There is no such event type in the catalog.'

export function eventTypePages(app: Hono<Env>, pool: Pool): void {
  app.get('/event-types/:type', (c) => page(c, pool, null))
  app.post('/event-types/:type', needs('write'), (c) => change(c, pool))
  app.post('/event-types/:type/delete', needs('write'), (c) => remove(c, pool))
}

interface Refused {
  draft: Draft
  refusal: Refusal
}

async function change(c: Context<Env>, pool: Pool): Promise<Response> {
  const type = c.req.param('type') ?? ''
  const draft = { ...draftOf(textsOf(await c.req.parseBody())), type }
  const refused = (refusal: Refusal) => {
    c.status(422)
    return page(c, pool, { draft, refusal })
  }
  const refusal = faultOf(draft)
  if (refusal !== null) return refused(refusal)
  const values = [type, draft.description || null, draft.schema || null, draft.example || null]
  try {
    const { result } = await pool.change(c.get('actor'), (query) => query(queries.changeEventType, values))
    if (result.length === 0) return problem(c, 404, GONE)
  } catch (error) {
    const found = refusalOf(error)
    if (found === null) throw error
    return refused(found)
  }
  return redirect(c, `event-types/${encodeURIComponent(type)}`, 'good', 'Saved.')
}

async function remove(c: Context<Env>, pool: Pool): Promise<Response> {
  const type = c.req.param('type') ?? ''
  const { result } = await pool.change(c.get('actor'), (query) => query(queries.deleteEventType, [type]))
  return result.length > 0
    ? redirect(c, 'event-types', 'good', `${type} is out of the catalog.`)
    : redirect(c, 'event-types', 'bad', `${type} was not deleted: only custom types are, that are still there.`)
}

async function page(c: Context<Env>, pool: Pool, refused: Refused | null): Promise<Response> {
  const type = (c.req.param('type') ?? '').replaceAll('\0', '')
  const { now, row, webhooks } = await pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(databaseTime)
    const [found] = await query<EventTypeRow>(queries.eventType, [type])
    const wanted_by = await query<WebhookOfTypeRow>(queries.webhooksOfType, [type])
    return { now: time?.now ?? new Date(), row: found, webhooks: wanted_by }
  })
  if (row === undefined) return problem(c, 404, GONE)
  const write = allows(c.get('actor'), 'write')
  const content = html`${head({
    title: html`<bdi>${row.type}</bdi>`,
    ...(row.description === null ? {} : { about: html`<bdi>${row.description}</bdi>` }),
    crumbs: html`<a href="${root(c)}event-types">Event types</a>`,
    actions: write ? actions(c, row) : [],
  })}
  ${facts([
    ['Source', SOURCES[row.source]],
    ['In the catalog', html`since ${fullTime(row.created_at, now)}`],
    ['Events', html`<a href="${root(c)}events?type=${encodeURIComponent(row.type)}">those of this type</a>`],
    ['Wanted by', wantedBy(c, webhooks)],
  ])}
  ${part('Example', row.example === null ? none('No example was given: tests are sent with {"test": true}.') : json(row.example))}
  ${part('Schema', row.schema === null ? none('None: the data may be any JSON.') : json(row.schema))}
  ${write ? edit(c, row, refused) : ''}`
  const reads = [forPsql(queries.eventType, row.type)]
  return show(c, { title: `${row.type} · Event types · Outbox`, content, refresh: null, reads })
}

const SOURCES = {
  'built in': 'built in: made by a preset',
  watch: 'made by a watch',
  custom: 'custom: defined by hand, or first seen in an event that was emitted',
} as const

function none(text: string): Html {
  return html`<p class="muted">${text}</p>`
}

function json(text: string): Html {
  return html`<div class="json">${code(prettyJson(text))}</div>`
}

function wantedBy(c: Context, webhooks: readonly WebhookOfTypeRow[]): Html {
  if (webhooks.length === 0) return html`<span class="muted">no webhook: nothing is sent</span>`
  return html`${webhooks.map(
    ({ id, url, enabled }) =>
      html`<div>
        <a href="${root(c)}webhooks/${id}"><bdi>${hostOf(url)}</bdi></a> ${enabled ? '' : badge('disabled', 'bad')}
      </div>`,
  )}`
}

function actions(c: Context<Env>, row: EventTypeRow): Html[] {
  const path = `${root(c)}event-types/${encodeURIComponent(row.type)}`
  const emit = html`<a class="button" href="${root(c)}events/new?type=${encodeURIComponent(row.type)}">Emit one</a>`
  if (row.source !== 'custom') return [emit]
  const away = confirmButton(c, {
    action: `${path}/delete`,
    label: 'Delete',
    tone: 'danger',
    sure: 'Delete the type',
    explain: html`Its description, schema and example are gone then. Its events stay, webhooks that ask for it still get
    them, and the next one brings the type back into the catalog.`,
  })
  return [emit, away]
}

function edit(c: Context<Env>, row: EventTypeRow, refused: Refused | null): Html {
  const draft = refused?.draft ?? {
    type: row.type,
    description: row.description ?? '',
    schema: row.schema ?? '',
    example: row.example ?? '',
  }
  const action = `${root(c)}event-types/${encodeURIComponent(row.type)}`
  return part('Describe it', typeForm(c, { draft, refusal: refused?.refusal ?? null, action, fixed: true }))
}
