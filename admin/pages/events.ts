/** `/events`: what happened, the newest first. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql } from '../queries.ts'
import type { EventFilter, FoundEvent } from '../queries/search.ts'
import { refusalOf, type Refusal } from '../refusal.ts'
import { findEvents, type Found } from '../search.ts'
import { field } from '../parts/form.ts'
import { wrong } from '../parts/json-text.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { code, empty, head, pager } from '../parts/parts.ts'
import { clockTime, fullTime } from '../parts/time.ts'

/** The parameters of the address, and what outbox.find_events calls them. */
const NAMES = {
  type: 'event_types',
  key: 'key',
  tenant: 'tenant',
  text: 'contains',
  since: 'since',
  until: 'until',
} as const satisfies Record<string, keyof EventFilter>
type Name = keyof typeof NAMES

interface Asked {
  given: Readonly<Record<Name | 'txid', string>>
  before: string | null
}

interface Shown {
  now: Date
  found: Found<FoundEvent>
  refusal: Refusal | null
}

export function eventsPages(app: Hono<Env>, pool: Pool): void {
  app.get('/events', async (c) => {
    const asked = askedOf(c)
    const shown = await search(pool, asked)
    if (shown.refusal !== null) c.status(422)
    return show(c, {
      title: 'Events · Outbox',
      content: page(c, asked, shown),
      refresh: null,
      reads: [forPsql(`select id, type, key, tenant, txid, occurred_at\nfrom outbox.find_events()`)],
    })
  })
}

function askedOf(c: Context): Asked {
  const text = (name: string) => (c.req.query(name) ?? '').replaceAll('\0', '').trim()
  const names = [...Object.keys(NAMES), 'txid'] as (Name | 'txid')[]
  const given = Object.fromEntries(names.map((name) => [name, text(name)])) as Asked['given']
  const before = text('before')
  return { given, before: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(before) ? before : null }
}

const NOTHING: Found<FoundEvent> = { rows: [], next: null, searched_to: null }

async function search(pool: Pool, asked: Asked): Promise<Shown> {
  const filter = filterOf(asked.given)
  if ('message' in filter) return { now: new Date(), found: NOTHING, refusal: filter }
  try {
    return await pool.read(async (query) => {
      const [time] = await query<{ now: Date }>(databaseTime)
      const found = await findEvents(query, filter, { before: asked.before })
      return { now: time?.now ?? new Date(), found, refusal: null }
    })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    const name = Object.entries(NAMES).find(([, argument]) => argument === refusal.field)?.[0]
    // A span that ends before it begins is told of both its ends.
    return { now: new Date(), found: NOTHING, refusal: { ...refusal, field: name ?? 'since' } }
  }
}

function filterOf({ type, key, tenant, text, since, until, txid }: Asked['given']): EventFilter | Refusal {
  const from = instantOf(since)
  const to = instantOf(until)
  const hint = 'Give a time such as 2026-11-23 10:00, in UTC.'
  if (from === undefined) return wrong('since', `${JSON.stringify(since)} is no time`, hint)
  if (to === undefined) return wrong('until', `${JSON.stringify(until)} is no time`, hint)
  const types = type.split(/[\s,]+/).filter((pattern) => pattern !== '')
  return {
    event_types: types.length === 0 ? null : types,
    key: key || null,
    tenant: tenant || null,
    contains: text || null,
    since: from,
    until: to,
    txid: /^\d{1,19}$/.test(txid) ? txid : null,
  }
}

/** Undefined: no time. Null: none given. */
function instantOf(text: string): Date | null | undefined {
  if (text === '') return null
  const [, date, time] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(?:Z| UTC)?$/.exec(text) ?? []
  const at = new Date(`${date}T${time ?? '00:00'}Z`)
  return Number.isNaN(at.getTime()) ? undefined : at
}

function page(c: Context<Env>, asked: Asked, { now, found, refusal }: Shown): Html {
  const emit = allows(c.get('actor'), 'write')
    ? html`<a class="button primary" href="${root(c)}events/new">Emit an event</a>`
    : ''
  const note = found.searched_to === null ? {} : { note: html`Searched back to ${fullTime(found.searched_to, now)}.` }
  return html`${head({
    title: 'Events',
    about: 'What happened, as your applications wrote it: one row for each event, whoever wanted it.',
    actions: [emit],
  })}
  ${filters(c, asked, refusal)}
  ${found.rows.length > 0 ? eventTable(c, found.rows, now) : nothing(asked, found, refusal)}
  ${pager(c, { next: found.next, ...note })}`
}

function filters(c: Context, { given }: Asked, refusal: Refusal | null): Html {
  const one = (name: Name, label: string, placeholder: string, type = 'text') =>
    field({ name, label, value: given[name], placeholder, type, refusal })
  return html`<form class="filters" method="get" action="${root(c)}events">
    ${one('type', 'Type', 'ticket.* or invoice.paid')} ${one('key', 'Key', '42')} ${one('tenant', 'Tenant', '')}
    ${one('text', 'Text', 'in data or key', 'search')} ${one('since', 'Since (UTC)', '2026-11-23 10:00')}
    ${one('until', 'Until (UTC)', '2026-11-23 11:00')}
    ${given.txid === '' ? '' : html`<input type="hidden" name="txid" value="${given.txid}" />`}
    <button class="button">Filter</button>
    <a class="button" href="${root(c)}events">Clear</a>
  </form>`
}

export function eventTable(c: Context, rows: readonly FoundEvent[], now: Date): Html {
  return html`<table class="list events">
    <thead>
      <tr>
        <th>Type</th>
        <th>Time</th>
        <th>Key</th>
        <th>Tenant</th>
        <th class="number">Data</th>
        <th>For</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map((row) => eventRow(c, row, now))}
    </tbody>
  </table>`
}

function eventRow(c: Context, row: FoundEvent, now: Date): Html {
  const only = row.only_for
  return html`<tr>
    <th scope="row"><a href="${root(c)}events/${row.id}">${row.type}</a></th>
    <td class="nowrap">${clockTime(row.occurred_at, now)}</td>
    <td class="cut" data-label="Key"><bdi title="${row.key ?? ''}">${row.key ?? ''}</bdi></td>
    <td class="cut" data-label="Tenant"><bdi title="${row.tenant ?? ''}">${row.tenant ?? ''}</bdi></td>
    <td class="number" data-label="Data">${size(row.data_bytes)}</td>
    <td data-label="For">${only === null ? '' : html`<a href="${root(c)}webhooks/${only}">one webhook</a>`}</td>
  </tr>`
}

function size(bytes: number): string {
  return bytes < 1_024 ? `${bytes} B` : `${(bytes / 1_024).toFixed(1)} KiB`
}

function nothing({ given, before }: Asked, found: Found<FoundEvent>, refusal: Refusal | null): Html {
  if (refusal !== null) return html``
  if (before !== null || found.searched_to !== null || Object.values(given).some((value) => value !== ''))
    return empty(
      found.searched_to === null ? 'No such event' : 'None found so far',
      found.searched_to === null
        ? html`<p>No event in the log is like that. Those older than the retention are gone.</p>`
        : html`<p>The time for one search was used up: go on with <em>Older</em>, or give a narrower span.</p>`,
    )
  return empty(
    'No event yet',
    html`<p>Have Postgres make an event of every new row of a table, in the transaction that inserts it:</p>
      ${code(`select outbox.watch('tickets', 'ticket.created', 'insert');`)}
      <p>Or write one yourself, as part of any transaction:</p>
      ${code(`select outbox.emit('invoice.paid', '{"number": 17}', key => '17');`)}`,
  )
}
