/** `/event-types`: the catalog, grouped by noun, and a form that defines a type. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import type { Pool } from '../pool.ts'
import { COUNTED, forPsql } from '../queries.ts'
import * as queries from '../queries/event-types.ts'
import type { ListedTypeRow, TypeCountRow } from '../queries/event-types.ts'
import { refusalOf, type Refusal } from '../refusal.ts'
import { redirect } from '../parts/flash.ts'
import { textsOf, wrong } from '../parts/json-text.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { empty, head, part } from '../parts/parts.ts'
import { draftOf, faultOf, NEW, typeForm, type Draft } from './event-type-form.ts'

interface Catalog {
  types: ListedTypeRow[]
  counts: ReadonlyMap<string, number>
  /** Whether a day has more events than are counted. */
  busy: boolean
}

export function eventTypesPages(app: Hono<Env>, pool: Pool): void {
  app.get('/event-types', (c) => page(c, pool, { draft: NEW, refusal: null }))
  app.post('/event-types', needs('write'), (c) => define(c, pool))
}

async function define(c: Context<Env>, pool: Pool): Promise<Response> {
  const draft = draftOf(textsOf(await c.req.parseBody()))
  const refused = (refusal: Refusal) => {
    c.status(422)
    return page(c, pool, { draft, refusal })
  }
  const refusal = faultOf(draft)
  if (refusal !== null) return refused(refusal)
  try {
    const { type, description, schema, example } = draft
    const values = [type, description || null, schema || null, example || null]
    await pool.change(c.get('actor'), (query) => query(queries.defineEventType, values))
    return redirect(c, `event-types/${encodeURIComponent(type)}`, 'good', `${type} is in the catalog.`)
  } catch (error) {
    const { kind } = refusalOf(error) ?? {}
    if (kind === undefined) throw error
    if (kind === 'conflict')
      return refused(wrong('type', `${draft.type} is in the catalog already`, 'Open it in the list to change it.'))
    return refused(refusalOf(error) ?? wrong('type', 'Postgres refused it'))
  }
}

async function page(
  c: Context<Env>,
  pool: Pool,
  { draft, refusal }: { draft: Draft; refusal: Refusal | null },
): Promise<Response> {
  const catalog = await read(pool)
  const write = allows(c.get('actor'), 'write')
  const content = html`${head({
    title: 'Event types',
    about: 'What webhooks can ask for. A type enters the catalog with a watch, with its first event, or by hand.',
    actions: [write ? html`<a class="button primary" href="#define">Define a type</a>` : ''],
  })}
  ${catalog.types.length === 0 ? nothing() : groups(catalog).map(([noun, types]) => group(c, noun, types, catalog))}
  ${write ? html`<div id="define">${part('Define a type', typeForm(c, { draft, refusal, action: `${root(c)}event-types` }))}</div>` : ''}`
  const reads = [queries.eventTypes, queries.typeCounts].map((statement) => forPsql(statement))
  return show(c, { title: 'Event types · Outbox', content, refresh: null, reads })
}

function read(pool: Pool): Promise<Catalog> {
  return pool.read(async (query) => {
    const types = await query<ListedTypeRow>(queries.eventTypes)
    const counts = await query<TypeCountRow>(queries.typeCounts)
    const sum = counts.reduce((all, { events }) => all + events, 0)
    return { types, counts: new Map(counts.map(({ type, events }) => [type, events])), busy: sum >= COUNTED }
  })
}

function groups({ types }: Catalog): [noun: string, types: ListedTypeRow[]][] {
  const by_noun = new Map<string, ListedTypeRow[]>()
  for (const row of types) {
    const noun = row.type.split('.')[0] ?? row.type
    by_noun.set(noun, [...(by_noun.get(noun) ?? []), row])
  }
  return [...by_noun]
}

function group(c: Context, noun: string, types: readonly ListedTypeRow[], catalog: Catalog): Html {
  return part(
    noun,
    html`<table class="list types">
      <thead>
        <tr>
          <th>Type</th>
          <th>Description</th>
          <th>Source</th>
          <th>Has</th>
          <th class="number">Webhooks</th>
          <th class="number">${catalog.busy ? `Of the newest ${COUNTED.toLocaleString('en')}` : 'Last 24 h'}</th>
        </tr>
      </thead>
      <tbody>
        ${types.map((row) => typeRow(c, row, catalog))}
      </tbody>
    </table>`,
  )
}

function typeRow(c: Context, row: ListedTypeRow, { counts }: Catalog): Html {
  const has = [row.has_schema ? 'schema' : '', row.has_example ? 'example' : ''].filter(Boolean).join(', ')
  return html`<tr>
    <th scope="row"><a href="${root(c)}event-types/${encodeURIComponent(row.type)}">${row.type}</a></th>
    <td class="why"><bdi>${row.description ?? ''}</bdi></td>
    <td data-label="Source">${row.source}</td>
    <td data-label="Has">${has}</td>
    <td class="number" data-label="Webhooks">${row.webhooks.toLocaleString('en')}</td>
    <td class="number" data-label="Last 24 h">${(counts.get(row.type) ?? 0).toLocaleString('en')}</td>
  </tr>`
}

function nothing(): Html {
  return empty('No event type', html`<p>Watch a table, emit an event, or define a type below.</p>`)
}
