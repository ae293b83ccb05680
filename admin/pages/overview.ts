/** `/`: who is at work, how each webhook fares, and what was delivered last. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Pool } from '../pool.ts'
import * as queries from '../queries.ts'
import type { CountRow, DeliveryRow, KeyRow, RelayRow, WebhookRow } from '../queries.ts'
import { backlogSum, lastHour, type BacklogSumRow, type MinuteRow } from '../queries/overview.ts'
import { pulse } from './pulse.ts'
import { firstSteps } from './first-steps.ts'
import { show, type Html } from '../parts/layout.ts'
import { answer, statusBadge, hostOfWebhook, nextAttempt } from '../parts/delivery.ts'
import { clock, clockTime, relativeTime } from '../parts/time.ts'
import { webhookTable } from './webhook-table.ts'

interface Overview {
  now: Date
  relays: RelayRow[]
  webhooks: WebhookRow[]
  counts: CountRow[]
  minutes: MinuteRow[]
  backlog: BacklogSumRow | undefined
  deliveries: DeliveryRow[]
  /** Of the deliveries shown. */
  webhook_of: ReadonlyMap<string, WebhookRow>
  key_of: ReadonlyMap<string, string | null>
}

export function overviewPage(pool: Pool) {
  return async (c: Context) => {
    const reads = [
      queries.newestDeliveries,
      lastHour,
      backlogSum,
      queries.deliveryCounts,
      queries.webhooks,
      queries.relays,
    ]
    return show(c, {
      title: 'Outbox',
      content: overview(await readOverview(pool)),
      refresh: './',
      reads: reads.map((statement) => queries.forPsql(statement)),
    })
  }
}

function readOverview(pool: Pool): Promise<Overview> {
  return pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(queries.databaseTime)
    const deliveries = await query<DeliveryRow>(queries.newestDeliveries)
    const seen = await query<WebhookRow>(queries.webhooksById, [[...new Set(deliveries.map((row) => row.webhook_id))]])
    const keys = await query<KeyRow>(queries.eventKeys, [deliveries.map((row) => row.event_id)])
    return {
      now: time?.now ?? new Date(),
      relays: await query<RelayRow>(queries.relays),
      webhooks: await query<WebhookRow>(queries.webhooks),
      counts: await query<CountRow>(queries.deliveryCounts),
      minutes: await query<MinuteRow>(lastHour),
      backlog: (await query<BacklogSumRow>(backlogSum))[0],
      deliveries,
      webhook_of: new Map(seen.map((row) => [row.id, row])),
      key_of: new Map(keys.map((row) => [row.id, row.key])),
    }
  })
}

function overview(data: Overview): Html {
  const { now, deliveries, webhooks } = data
  return html`<div class="state">
      <div>${relayState(data)}</div>
      <span class="muted">as of ${clock(now, now)}</span>
    </div>
    ${deliveries.length === 0 ? firstSteps(webhooks.length > 0) : pulse(data.minutes, data.backlog, now)}
    ${webhooks.length === 0 ? '' : webhookTable(data)} ${deliveries.length === 0 ? '' : deliveryTable(data)}`
}

function relayState({ relays, now }: Overview): Html {
  const alive = relays.filter((relay) => relay.alive_until > now)
  const silent = relays.filter((relay) => relay.alive_until <= now)
  return html`<span class="dot ${alive.length > 0 ? 'on' : ''}"></span> ${
      alive.length === 0
        ? html`<h1>No relay is at work.</h1>
            Events are kept, but nothing is sent: run <code>outbox relay</code>.`
        : html`<h1>${alive.length === 1 ? '1 relay' : `${alive.length} relays`} at work</h1>`
    }
    ${alive.map(
      (relay) =>
        html`<span class="muted"
          ><bdi>${relay.name}</bdi>, version ${relay.version}, started ${relativeTime(relay.started_at, now)}</span
        > `,
    )}
    ${silent.map(
      (relay) =>
        html`<span class="error"
          ><bdi>${relay.name}</bdi> is silent, its lease ended ${relativeTime(relay.alive_until, now)}</span
        > `,
    )}`
}

function deliveryTable(data: Overview): Html {
  return html`<section>
    <h2>Newest deliveries</h2>
    <table class="deliveries">
      <thead>
        <tr>
          <th>Time</th>
          <th>Event</th>
          <th>Key</th>
          <th>Webhook</th>
          <th>Status</th>
          <th class="number">Attempts</th>
          <th>Response</th>
          <th>Next attempt</th>
        </tr>
      </thead>
      <tbody>
        ${data.deliveries.map((row) => deliveryRow(row, data))}
      </tbody>
    </table>
  </section>`
}

function deliveryRow(row: DeliveryRow, { now, webhook_of, key_of }: Overview): Html {
  const key = key_of.get(row.event_id) ?? ''
  const last = answer(row.response_status, row.error)
  return html`<tr id="d-${row.id}">
    <td class="time">${clockTime(row.created_at, now)}</td>
    <td class="type"><a href="./deliveries/${row.id}">${row.event_type}</a></td>
    <td class="key"><bdi title="${key}">${key}</bdi></td>
    <td class="hook">${hostOfWebhook(webhook_of.get(row.webhook_id))}</td>
    <td class="status">${statusBadge(row.status)}</td>
    <td class="tries number ${row.attempts > 1 ? '' : 'few'}">${row.attempts}</td>
    <td class="answer">${last}</td>
    <td class="next">${nextAttempt(row, now)}</td>
  </tr>`
}
