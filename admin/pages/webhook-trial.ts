/** A webhook tried out before it is saved: its filter on the newest events, its body for one of them. */
import { html } from 'hono/html'
import { prettyJson } from '../parts/json.ts'
import type { Html } from '../parts/layout.ts'
import { badge } from '../parts/parts.ts'
import { relativeTime } from '../parts/time.ts'
import type { Pool, Query } from '../pool.ts'
import { databaseTime } from '../queries.ts'
import {
  checkTemplate,
  LOOKED_AT,
  previewBody,
  tryFilter,
  type PreviewRow,
  type TriedRow,
} from '../queries/webhook-form.ts'
import { checkCasts, faultOf, orNull, type Draft } from './webhook-draft.ts'

export const trials = { 'try-filter': tryOut, 'try-body': preview } as const
export type Trial = keyof typeof trials

/** What came of it, or what is wrong with the draft. */
export async function attempt(pool: Pool, trial: Trial, draft: Draft): Promise<Html> {
  if (draft.events.length === 0)
    return html`<p class="muted">Choose events first: they are tried out on the newest of those.</p>`
  try {
    return await pool.read((query) => trials[trial](query, draft))
  } catch (error) {
    const refusal = faultOf(error)
    if (refusal === null) throw error
    return html`<p class="bad">${refusal.message}. ${refusal.hint}</p>`
  }
}

async function tryOut(query: Query, draft: Draft): Promise<Html> {
  await checkCasts(query, draft)
  const now = await timeOf(query)
  const rows = await query<TriedRow>(tryFilter, [draft.events, orNull(draft.filter), orNull(draft.tenant)])
  if (rows.length === 0)
    return html`<p class="muted">None of the newest ${LOOKED_AT.toLocaleString('en')} events is one of these.</p>`
  const sent = rows.filter(({ verdict }) => verdict === null).length
  return html`<p><strong>${sent} of ${rows.length}</strong> of the newest events of these types would be sent.</p>
    <ul>
      ${rows.map((row) => tried(row, now))}
    </ul>`
}

function tried({ type, key, occurred_at, verdict }: TriedRow, now: Date): Html {
  return html`<li>
    ${verdict === null ? badge('sent', 'good') : badge('not sent', '')}
    <bdi>${type}</bdi> ${key === null ? '' : html`<bdi class="tag">${key}</bdi>`}
    <span class="ago">${relativeTime(occurred_at, now)}</span>
    ${verdict === null ? '' : html`<bdi class="muted small">${verdict}</bdi>`}
  </li>`
}

async function preview(query: Query, draft: Draft): Promise<Html> {
  const template = orNull(draft.body_template)
  await query(checkTemplate, [draft.format, template])
  const now = await timeOf(query)
  const values = [draft.events, orNull(draft.tenant), draft.format, template]
  const [shown] = await query<PreviewRow>(previewBody, values)
  if (shown === undefined)
    return html`<p class="muted">There is no event of these types yet, and none of the types has an example.</p>`
  const { rank, type, occurred_at, body } = shown
  const of =
    rank === 1
      ? html`the newest <bdi>${type}</bdi>, ${relativeTime(occurred_at, now)}`
      : html`the example of <bdi>${type}</bdi>`
  return html`<p class="muted">The body for ${of}, laid out:</p>
    <pre class="json">${prettyJson(body)}</pre>`
}

async function timeOf(query: Query): Promise<Date> {
  const [time] = await query<{ now: Date }>(databaseTime)
  return time?.now ?? new Date()
}
