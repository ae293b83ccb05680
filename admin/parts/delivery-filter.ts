/** What a list of deliveries is narrowed to. It stands in the address, so that a list can be kept and sent to others. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { DeliveryFilter, DeliveryStatus } from '../queries/search.ts'
import type { Refusal } from '../refusal.ts'
import { field } from './form.ts'
import type { Html } from './layout.ts'

/** As they were written. */
export interface WrittenFilter {
  status: string
  type: string
  key: string
  response: string
  text: string
  since: string
  until: string
}

const NAMES = ['status', 'type', 'key', 'response', 'text', 'since', 'until'] as const
const STATUSES = [
  ['', 'any'],
  ['pending', 'pending'],
  ['held', 'held'],
  ['delivered', 'delivered'],
  ['dead', 'dead'],
] as const

/** Postgres calls them otherwise: its refusals are shown at the fields. */
const FIELD_OF: Readonly<Record<string, string>> = { statuses: 'status', event_types: 'type', contains: 'text' }

export function writtenFilter(value: (name: string) => string | undefined): WrittenFilter {
  const [status = '', type = '', key = '', response = '', text = '', since = '', until = ''] = NAMES.map(
    (name) => value(name)?.trim() ?? '',
  )
  return { status, type, key, response, text, since, until }
}

export function filterInAddress(c: Context): WrittenFilter {
  return writtenFilter((name) => c.req.query(name))
}

export function isNarrowed(written: WrittenFilter): boolean {
  return NAMES.some((name) => written[name] !== '')
}

/** What Postgres is asked, or what cannot be asked at all. */
export function filterOf(written: WrittenFilter): DeliveryFilter | Refusal {
  const fault = NAMES.map((name) => faultOf(name, written[name])).find((found) => found !== null)
  if (fault !== undefined) return fault
  const types = written.type.split(/[\s,]+/).filter(Boolean)
  return {
    statuses: written.status === '' ? null : [written.status as DeliveryStatus],
    event_types: types.length === 0 ? null : types,
    key: written.key || null,
    response: written.response || null,
    contains: written.text || null,
    since: instant(written.since),
    until: instant(written.until),
  }
}

export function isRefusal(given: DeliveryFilter | Refusal): given is Refusal {
  return 'kind' in given
}

export function atField(refusal: Refusal): Refusal {
  return { ...refusal, field: FIELD_OF[refusal.field ?? ''] ?? refusal.field }
}

function faultOf(name: (typeof NAMES)[number], value: string): Refusal | null {
  const refused = (message: string, hint: string): Refusal => ({ kind: 'invalid', message, hint, field: name })
  if (value.includes('\0')) return refused('This holds a null character', 'No text in the database holds one.')
  if ((name === 'since' || name === 'until') && value !== '' && instant(value) === null)
    return refused(`${value.slice(0, 100)} is no time`, 'Give one such as 2026-11-24T09:00, in UTC.')
  return null
}

/** A time without a zone is UTC, as the page says. Null: it is none. */
function instant(written: string): Date | null {
  const text = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(written) ? `${written}Z` : written
  const at = new Date(text)
  return written === '' || Number.isNaN(at.getTime()) || !/^\d{4}-/.test(text) ? null : at
}

export function filterForm(given: WrittenFilter, action: string, refusal: Refusal | null, more: Html | '' = ''): Html {
  const text = (name: (typeof NAMES)[number], label: string, placeholder: string) =>
    field({ name, label, value: given[name], placeholder, refusal })
  const time = (name: 'since' | 'until', label: string) =>
    field({ name, label, value: given[name].slice(0, 16), type: 'datetime-local', refusal })
  const elsewhere = refusal !== null && !NAMES.some((name) => name === refusal.field) && refusal.field !== 'webhook'
  return html`${elsewhere ? html`<p class="note bad" role="alert">${refusal.message}. ${refusal.hint ?? ''}</p>` : ''}
    <form class="filters" method="get" action="${action}" role="search" aria-label="Deliveries">
      ${field({ name: 'status', label: 'Status', value: given.status, options: STATUSES, refusal })}
      ${text('type', 'Event type', 'ticket.*')} ${text('key', 'Key', '4711')}
      ${text('response', 'Response', '503, 5xx or none')} ${more} ${time('since', 'Since (UTC)')}
      ${time('until', 'Before (UTC)')} ${text('text', 'Text', 'in the body, answer or error')}
      <button class="button">Search</button>
      <a class="button" href="${action}">Clear</a>
    </form>`
}
