/** `/deliveries/:id`: what was sent, each attempt to send it, and what came back. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Pool } from '../pool.ts'
import * as queries from '../queries.ts'
import type { AttemptRow, DeliveryPageRow, KeyRow, WebhookRow } from '../queries.ts'
import { prettyJson } from '../parts/json.ts'
import { show, type Html } from '../parts/layout.ts'
import { answer, statusBadge, hostOfWebhook, nextAttempt } from '../parts/delivery.ts'
import { problem } from '../parts/problem.ts'
import { fullTime } from '../parts/time.ts'

interface Shown {
  now: Date
  delivery: DeliveryPageRow
  attempts: AttemptRow[]
  webhook: WebhookRow | undefined
  key: string | null
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function deliveryPage(pool: Pool) {
  return async (c: Context) => {
    const id = c.req.param('id') ?? ''
    const shown = UUID.test(id) ? await readDelivery(pool, id) : null
    if (shown === null) return problem(c, 404, 'There is no such delivery; it may be older than the retention.')
    const { event_type, status } = shown.delivery
    const settled = status === 'delivered' || status === 'dead'
    return show(c, {
      title: `${event_type} · ${status} · Outbox`,
      content: delivery(shown),
      refresh: settled ? null : `./${shown.delivery.id}`,
      reads: [queries.delivery, queries.attempts].map((statement) => queries.forPsql(statement, shown.delivery.id)),
    })
  }
}

function readDelivery(pool: Pool, id: string): Promise<Shown | null> {
  return pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(queries.databaseTime)
    const [row] = await query<DeliveryPageRow>(queries.delivery, [id])
    if (row === undefined) return null
    const [webhook] = await query<WebhookRow>(queries.webhooksById, [[row.webhook_id]])
    const [key] = await query<KeyRow>(queries.eventKeys, [[row.event_id]])
    const attempts = await query<AttemptRow>(queries.attempts, [id])
    return { now: time?.now ?? new Date(), delivery: row, attempts, webhook, key: key?.key ?? null }
  })
}

function delivery({ now, delivery: row, attempts, webhook, key }: Shown): Html {
  return html`<h1>${row.event_type} ${statusBadge(row.status)}</h1>
    <dl>
      ${entry('Webhook', hostOfWebhook(webhook))} ${webhook?.enabled === false ? entry('Disabled', why(webhook)) : ''}
      ${key === null ? '' : entry('Key', html`<bdi>${key}</bdi>`)} ${entry('Delivery', html`<code>${row.id}</code>`)}
      ${entry('Event', html`<code>${row.event_id}</code> <span class="muted">sent as webhook-id</span>`)}
      ${entry('Created', fullTime(row.created_at, now))} ${entry('Next attempt', nextAttempt(row, now))}
    </dl>
    ${attemptTable(attempts, now)} ${payload(row)}`
}

function entry(name: string, value: Html | ''): Html | '' {
  if (value === '') return ''
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}

function why(webhook: WebhookRow): Html {
  return html`<bdi>${webhook.disabled_reason ?? 'by a person'}</bdi>`
}

function attemptTable(attempts: AttemptRow[], now: Date): Html {
  if (attempts.length === 0)
    return html`<section>
      <h2>Attempts</h2>
      <p>None yet.</p>
    </section>`
  return html`<section>
    <h2>Attempts</h2>
    <table class="attempts">
      <thead>
        <tr>
          <th class="number">Attempt</th>
          <th>Time</th>
          <th class="number">Took</th>
          <th>Response</th>
        </tr>
      </thead>
      <tbody>
        ${attempts.map((row) => attemptRow(row, now))}
      </tbody>
    </table>
  </section>`
}

function attemptRow(row: AttemptRow, now: Date): Html {
  return html`<tr id="a-${row.attempt}">
    <td class="number">${row.attempt}</td>
    <td>${fullTime(row.attempted_at, now)}</td>
    <td class="number">${Math.round(row.duration_ms).toLocaleString('en')} ms</td>
    <td class="answer">${answer(row.response_status, row.error)} ${response(row)}</td>
  </tr>`
}

function response({ attempt, response_headers, response_body }: AttemptRow): Html | '' {
  if (response_headers === null && !response_body) return ''
  return html`<details id="a-${attempt}-response">
    <summary>headers and body</summary>
    ${response_headers === null ? '' : html`<pre>${prettyJson(response_headers)}</pre>`}
    ${response_body ? html`<pre>${response_body}</pre>` : html`<p class="muted">The body was empty.</p>`}
  </details>`
}

function payload(row: DeliveryPageRow): Html {
  const { payload: text, payload_length } = row
  if (text === null)
    return html`<section>
      <h2>Payload</h2>
      <p>The event is older than the retention; its payload is gone.</p>
    </section>`
  const cut = payload_length !== null && payload_length > text.length
  return html`<section>
    <h2>Payload</h2>
    <p class="muted">
      Laid out for reading; the values are as
      sent.${cut ? ` The first ${text.length.toLocaleString('en')} of ${payload_length.toLocaleString('en')} characters.` : ''}
    </p>
    <pre>${prettyJson(text)}</pre>
  </section>`
}
