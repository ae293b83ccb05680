/** What a webhook is set to, and how its receiver verifies what it gets. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import type { ActivityRow } from '../queries/activity.ts'
import type { OneWebhookRow } from '../queries/webhook.ts'
import { snippets } from '../snippets/snippets.ts'
import { lineChart } from '../parts/chart.ts'
import { urlFor } from '../parts/delivery.ts'
import type { Html } from '../parts/layout.ts'
import { code, facts, part } from '../parts/parts.ts'
import { fullTime } from '../parts/time.ts'

export function webhookFacts(c: Context<Env>, webhook: OneWebhookRow, now: Date): Html {
  const { filter, tenant, header_names, body_template } = webhook
  return part(
    'What it is',
    html`${facts([
      ['URL', html`<code>${urlFor(c.get('actor'), webhook.url)}</code>`],
      ['Id', html`<code>${webhook.id}</code>`],
      webhook.disabled_at === null
        ? null
        : ['Disabled', html`${fullTime(webhook.disabled_at, now)} ${reason(webhook)}`],
      webhook.paused_at === null ? null : ['Paused', fullTime(webhook.paused_at, now)],
      ['Events', html`${webhook.events.map((pattern) => html`<span class="tag">${pattern}</span> `)}`],
      filter === null ? null : ['Filter', html`<code>${filter}</code>`],
      tenant === null ? null : ['Tenant', html`<bdi>${tenant}</bdi>`],
      body_template === null ? ['Body', bodyOf(webhook)] : ['Body', html`<pre>${body_template}</pre>`],
      header_names.length === 0 ? null : ['Headers', headers(header_names)],
      ['Signature', webhook.hub_signature ? 'webhook-signature and X-Hub-Signature-256' : 'webhook-signature'],
      ['Order', webhook.ordered ? 'one after the other for each key' : 'none: as fast as they go'],
      ['Limits', limits(webhook)],
      ['Retries', schedule(webhook)],
      ['Registered', fullTime(webhook.created_at, now)],
      ['Last changed', fullTime(webhook.updated_at, now)],
    ])}`,
  )
}

function reason({ disabled_reason }: OneWebhookRow): Html {
  return html`<bdi>${disabled_reason ?? 'by a person'}</bdi>`
}

function bodyOf({ format }: OneWebhookRow): string {
  return format === 'cloudevents' ? 'CloudEvents 1.0' : 'the standard one'
}

function headers(names: readonly string[]): Html {
  return html`${names.map((name) => html`<code>${name}: ***</code><br />`)}`
}

function limits({ rate_limit, max_in_flight, timeout }: OneWebhookRow): string {
  const rate = rate_limit === null ? 'any number of requests a second' : `${rate_limit} requests a second`
  return `${rate}, ${max_in_flight} at once, ${timeout === null ? 'the time of the relay' : timeout} for each attempt`
}

function schedule({ retry_schedule: waits }: OneWebhookRow): string {
  if (waits === null) return 'by the schedule of the settings'
  return waits.length === 0 ? 'none: one attempt only' : `after ${waits.join(', ')}`
}

export function verification({ hub_signature }: OneWebhookRow): Html {
  return part(
    'Verify what arrives',
    html`<p class="muted">With the standard library alone; the secret is not in it.</p>
      <div class="snippets">
        ${snippets.map(
          ({ language, title, text }) =>
            html`<details id="verify-${language}">
              <summary>${title}</summary>
              ${code(text({ hub_signature }))}
            </details>`,
        )}
      </div>`,
  )
}

export function latency(rows: readonly ActivityRow[]): Html {
  const attempts = rows.reduce((sum, row) => sum + row.delivered + row.failed, 0)
  if (attempts === 0) return part('Latency', html`<p class="muted">No attempt in the last 24 hours.</p>`)
  return part(
    'Latency',
    lineChart({
      about: 'How long attempts took in each of the last 24 hours',
      from: '24 hours ago',
      to: 'now',
      lines: [
        { name: 'p50', tone: 'first', values: rows.map((row) => row.p50_ms) },
        { name: 'p95', tone: 'second', values: rows.map((row) => row.p95_ms) },
      ],
    }),
    html`<span class="muted">${attempts.toLocaleString('en')} attempts in 24 hours</span>`,
  )
}
