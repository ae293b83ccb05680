/** The webhooks, each with what became of its newest deliveries. */
import { html } from 'hono/html'
import { COUNTED, type CountRow, type Status, type WebhookRow } from '../queries.ts'
import type { Html } from '../parts/layout.ts'
import { hostOf } from '../parts/delivery.ts'
import { relativeTime } from '../parts/time.ts'

const STATUSES = ['delivered', 'pending', 'held', 'dead'] as const satisfies readonly Status[]

export function webhookTable(data: { webhooks: WebhookRow[]; counts: CountRow[]; now: Date }): Html {
  const { webhooks, counts } = data
  return html`<section>
    <h2>Webhooks</h2>
    <table class="webhooks">
      <thead>
        <tr>
          <th>Webhook</th>
          ${STATUSES.map((status) => html`<th class="number">${status}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${webhooks.map((webhook) => webhookRow(webhook, counts))}
      </tbody>
    </table>
    <p class="muted">${counted(counts, data.now)}${webhooks.length === 50 ? ' The 50 newest webhooks.' : ''}</p>
  </section>`
}

function webhookRow(webhook: WebhookRow, counts: CountRow[]): Html {
  const count = (status: Status) =>
    counts.find((row) => row.webhook_id === webhook.id && row.status === status)?.deliveries ?? 0
  return html`<tr id="w-${webhook.id}">
    <th scope="row">
      <a href="./webhooks/${webhook.id}"><bdi>${hostOf(webhook.url)}</bdi></a>
      ${webhook.enabled ? '' : html`<span class="badge held">disabled</span>`}
      <bdi class="muted">${webhook.disabled_reason ?? webhook.description}</bdi>
    </th>
    ${STATUSES.map((status) => numberCell(status, count(status)))}
  </tr>`
}

function numberCell(status: Status, count: number): Html {
  return html`<td data-label="${status}" class="number ${count === 0 ? 'muted' : status}">
    ${count.toLocaleString('en')}
  </td>`
}

/** What the numbers cover: the day, or less where the day was busier than we count. */
function counted(counts: CountRow[], now: Date): Html {
  const total = counts.reduce((sum, row) => sum + row.deliveries, 0)
  const oldest = counts.map((row) => row.oldest).toSorted((a, b) => a.getTime() - b.getTime())[0]
  if (total < COUNTED || oldest === undefined) return html`Deliveries of events of the last 24 hours.`
  return html`The newest ${COUNTED.toLocaleString('en')} deliveries, of the last 24 hours the part since
  ${relativeTime(oldest, now)}.`
}
