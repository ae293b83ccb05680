/** The table of webhooks, and what stands there while there are none. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { hostOf } from '../parts/delivery.ts'
import { root, type Html } from '../parts/layout.ts'
import { badge, code, empty, type Tone } from '../parts/parts.ts'
import { sparkline, type Day } from '../parts/sparkline.ts'
import { relativeTime } from '../parts/time.ts'
import type { WebhookListRow } from '../queries/webhook-list.ts'

const STATES: Readonly<Record<WebhookListRow['state'], readonly [text: string, tone: Tone]>> = {
  ok: ['healthy', 'good'],
  failing: ['failing', 'bad'],
  disabled: ['disabled', ''],
  paused: ['paused', 'wait'],
  idle: ['idle', ''],
}
/** More than these make a row high without telling more. */
const TAGS = 4

export function webhookRows(c: Context, given: { rows: WebhookListRow[]; days: Map<string, Day>; now: Date }): Html {
  return html`<table class="list webhook-list">
    <thead>
      <tr>
        <th>Webhook</th>
        <th>Status</th>
        <th>Events</th>
        <th>24 hours</th>
        <th class="number">Success</th>
        <th class="number">p95</th>
        <th>Last success</th>
        <th>Last failure</th>
      </tr>
    </thead>
    <tbody>
      ${given.rows.map((row) => webhookRow(c, row, given.days.get(row.webhook_id), given.now))}
    </tbody>
  </table>`
}

function webhookRow(c: Context, row: WebhookListRow, day: Day | undefined, now: Date): Html {
  const { success_rate, p95_ms, last_success_at } = row
  return html`<tr id="w-${row.webhook_id}">
    <th scope="row">
      <a href="${root(c)}webhooks/${row.webhook_id}"><bdi>${hostOf(row.url)}</bdi></a>
      ${row.description === null ? '' : html`<bdi class="about">${row.description}</bdi>`}
    </th>
    ${cell('Status', '', stateBadge(row))} ${cell('Events', '', html`<span class="tags">${tags(row.events)}</span>`)}
    ${cell('24 hours', '', day === undefined ? '' : sparkline(day))}
    ${cell('Success', 'number', success_rate === null ? '' : `${Number(success_rate)} %`)}
    ${cell('p95', 'number', p95_ms === null ? '' : `${Math.round(Number(p95_ms))} ms`)}
    ${cell('Last success', 'nowrap', last_success_at === null ? '' : relativeTime(last_success_at, now))}
    ${cell('Last failure', 'failure', failure(row, now))}
  </tr>`
}

function cell(label: string, name: string, content: string | Html): Html {
  return html`<td data-label="${label}" class="${name}">${content}</td>`
}

function stateBadge(row: WebhookListRow): Html {
  const [text, tone] = STATES[row.state]
  const never = row.state === 'idle' && row.last_success_at === null && row.last_failure === null
  return html`${badge(never ? 'no deliveries yet' : text, tone)}
  ${row.disabled_reason === null ? '' : html`<bdi class="about">${row.disabled_reason}</bdi>`}`
}

function tags(events: readonly string[]): Html {
  const more = events.length - TAGS
  return html`${events.slice(0, TAGS).map((pattern) => html`<bdi class="tag">${pattern}</bdi> `)}
  ${more > 0 ? html`<span class="muted" title="${events.slice(TAGS).join(', ')}">and ${more} more</span>` : ''}`
}

function failure({ last_failure, failing_since }: WebhookListRow, now: Date): Html | '' {
  if (last_failure === null) return ''
  return html`<bdi class="${failing_since === null ? 'muted' : 'error'}" title="${last_failure}">${last_failure}</bdi>
    ${failing_since === null ? '' : html`<span class="ago">failing since ${relativeTime(failing_since, now)}</span>`}`
}

const REGISTER = `insert into outbox.webhooks (url, events)
values ('https://example.com/hook', '{ticket.*}');`

export function noWebhooks(c: Context, may_write: boolean): Html {
  return empty(
    'No webhooks yet',
    html`<p>
        A webhook is a URL and the events it wants: each of them is POSTed there, signed, and tried again until it
        arrives.
      </p>
      ${
        may_write
          ? html`<p><a class="button primary" href="${root(c)}webhooks/new">Register a webhook</a></p>
              <p>Or in SQL:</p>`
          : html`<p>In SQL:</p>`
      }
      ${code(REGISTER)}
      <p class="muted">
        What it can get: events of tables that are watched, and those that an application emits with
        <code>outbox.emit</code>.
      </p>`,
  )
}
