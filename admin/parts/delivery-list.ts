/** A list of deliveries, newest first, as a search found them. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { FoundDelivery } from '../queries/search.ts'
import { answer, hostOf, nextAttempt, statusBadge } from './delivery.ts'
import type { Searched } from './delivery-search.ts'
import { root, type Html } from './layout.ts'
import { empty, pager } from './parts.ts'
import { clockTime, relativeTime } from './time.ts'

interface Shown extends Searched {
  now: Date
  /** Whether they are of several webhooks. */
  with_webhook: boolean
  /** What to say when there is none, and nothing was asked for in particular. */
  none: Html
  narrowed: boolean
}

export function deliveryList(c: Context, shown: Shown): Html | '' {
  const { found, refusal, narrowed, none, now } = shown
  if (refusal !== null) return ''
  const paged = c.req.query('before') !== undefined
  const more = pager(c, {
    next: found.next,
    ...(found.searched_to === null
      ? {}
      : { note: html`Searched back to ${relativeTime(found.searched_to, now)}. “Older” searches on.` }),
  })
  if (found.rows.length > 0) return html`${table(c, shown)} ${more}`
  if (found.next !== null)
    return html`<p>Nothing found so far.</p>
      ${more}`
  return html`${narrowed || paged ? nothing() : none} ${more}`
}

function nothing(): Html {
  return empty(
    'Nothing like that',
    html`<p>No delivery answers to all of this. Take something away, or look further back.</p>`,
  )
}

function table(c: Context, { found, now, with_webhook }: Shown): Html {
  return html`<table class="list found">
    <thead>
      <tr>
        <th scope="col">Event</th>
        <th scope="col">Status</th>
        <th scope="col">Key</th>
        ${with_webhook ? html`<th scope="col">Webhook</th>` : ''}
        <th scope="col">Response</th>
        <th scope="col" class="number">Attempts</th>
        <th scope="col">Time</th>
        <th scope="col">Next attempt</th>
      </tr>
    </thead>
    <tbody>
      ${found.rows.map((row) => line(c, row, now, with_webhook))}
    </tbody>
  </table>`
}

function line(c: Context, row: FoundDelivery, now: Date, with_webhook: boolean): Html {
  const next = nextAttempt(row, now)
  return html`<tr id="d-${row.id}">
    <th scope="row" class="cut">
      <a href="${root(c)}deliveries/${row.id}"><bdi>${row.event_type}</bdi></a>
    </th>
    <td>${statusBadge(row.status)}</td>
    <td class="cut" data-label="Key"><bdi>${row.key ?? ''}</bdi></td>
    ${with_webhook ? html`<td class="cut" data-label="Webhook">${webhookOf(c, row)}</td>` : ''}
    <td class="cut" data-label="Response">${answer(row.response_status, row.error)}</td>
    <td class="number" data-label="Attempts">${row.attempts}</td>
    <td class="nowrap">${clockTime(row.created_at, now)}</td>
    <td class="nowrap" data-label="Next">${next}</td>
  </tr>`
}

function webhookOf(c: Context, { webhook_id, url }: FoundDelivery): Html {
  if (url === null) return html`<span class="muted">deleted webhook</span>`
  return html`<a href="${root(c)}webhooks/${webhook_id}"><bdi>${hostOf(url)}</bdi></a>`
}
