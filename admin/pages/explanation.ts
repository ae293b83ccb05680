/** The table of outbox.explain: what became of an event at each webhook, and what was in its way. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { EXPLAINED, type EventRow, type ExplanationRow } from '../queries/events.ts'
import { answer, hostOf, statusBadge } from '../parts/delivery.ts'
import { actionButton } from '../parts/form.ts'
import { root, type Html } from '../parts/layout.ts'
import { badge } from '../parts/parts.ts'
import { relativeTime } from '../parts/time.ts'

interface Given {
  row: EventRow
  explained: readonly ExplanationRow[]
  now: Date
  /** Whether the reader may send it. */
  write: boolean
}

export function explanation(c: Context<Env>, given: Given): Html {
  const { explained, write } = given
  if (explained.length === 0)
    return html`<p class="muted">
      There is no webhook. <a href="${root(c)}webhooks">Register one</a>, and the events to come are sent to it.
    </p>`
  return html`<table class="list explained">
      <thead>
        <tr>
          <th>Webhook</th>
          <th>Status</th>
          <th>Why</th>
          <th class="number">Attempts</th>
          <th>Response</th>
          <th>Next attempt</th>
          ${write ? html`<th><span class="aside">Action</span></th>` : ''}
        </tr>
      </thead>
      <tbody>
        ${explained.map((one) => explainedRow(c, one, given))}
      </tbody>
    </table>
    ${explained.length < EXPLAINED ? '' : html`<p class="muted">The first ${EXPLAINED} webhooks; psql shows all.</p>`}`
}

function explainedRow(c: Context<Env>, one: ExplanationRow, { row, now, write }: Given): Html {
  const { url, webhook_id, matched, status, reason, attempts, next_attempt_at } = one
  const name =
    url === null
      ? html`<span class="muted">deleted webhook</span>`
      : html`<a href="${root(c)}webhooks/${webhook_id}"><bdi>${hostOf(url)}</bdi></a>`
  return html`<tr>
    <th scope="row">${name}</th>
    <td>
      ${
        status === null
          ? badge(matched ? 'on its way' : 'not sent', matched ? 'wait' : '')
          : html`<a href="${root(c)}deliveries/${one.delivery_id}">${statusBadge(status)}</a>`
      }
    </td>
    <td class="why" data-label="Why"><bdi>${reason}</bdi></td>
    <td class="number" data-label="Attempts">${attempts ?? ''}</td>
    <td class="cut" data-label="Response">${answer(one.response_status, one.error)}</td>
    <td data-label="Next attempt">${next_attempt_at === null ? '' : relativeTime(next_attempt_at, now)}</td>
    ${write ? html`<td>${action(c, one, row)}</td>` : ''}
  </tr>`
}

/** Nothing to press where nothing could come of it: the reason says what is in the way. */
function action(c: Context<Env>, one: ExplanationRow, row: EventRow): Html | '' {
  const { url, webhook_id, delivery_id, matched, status, wanted_now } = one
  const path = `${root(c)}events/${row.id}/send`
  if (url === null) return ''
  if (status !== null)
    return actionButton(c, {
      action: path,
      label: status === 'delivered' || status === 'dead' ? 'Resend' : 'Send now',
      tone: 'small',
      fields: { webhook_id, delivery_id },
    })
  if (matched || !wanted_now) return ''
  return actionButton(c, { action: path, label: 'Send', tone: 'small', fields: { webhook_id } })
}
