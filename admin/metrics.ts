/**
 * /metrics, for Prometheus. All of them are gauges: what relays count is kept for two days, so that a sum of it goes down
 * again, and a counter that goes down means a restart to Prometheus. Webhooks are named by their ids: URLs hold secrets.
 */
import type { Context } from 'hono'
import { Gauge, Registry } from 'prom-client'
import type { Pool, Query } from './pool.ts'
import * as sql from './queries/metrics.ts'
import { unavailable } from './unavailable.ts'

/** One that is not listed has no time series, and no alert can be written for it. */
const RELAY_STATES = ['at work', 'hung', 'gone']
const SEVERITIES = ['error', 'warning', 'info']
const WEBHOOK_STATES = ['ok', 'failing', 'paused', 'disabled', 'idle']

/** A database that is away is a finding, not a failed scrape. */
export function metricsRoute(pool: Pool): (c: Context) => Promise<Response> {
  return async (c) => {
    const registry = new Registry()
    const reachable = gauge(
      registry,
      'outbox_database_reachable',
      'Whether the database answered: 1. Else 0, and nothing else is told.',
      [],
    )
    try {
      await pool.read((query) => collect(registry, query))
      reachable.set(1)
    } catch (error) {
      if (unavailable(error) === null) throw error
      registry.clear()
      registry.registerMetric(reachable)
      reachable.set(0)
    }
    return c.body(await registry.metrics(), 200, { 'content-type': registry.contentType })
  }
}

async function collect(registry: Registry, query: Query): Promise<void> {
  tellQueues(registry, await query<sql.QueueRow>(sql.queues))
  tellWebhooks(registry, await query<sql.WebhookFiguresRow>(sql.webhookFigures))
  const [minute] = await query<sql.LastMinuteRow>(sql.lastMinute)
  const attempts = gauge(registry, 'outbox_attempts_last_minute', 'Attempts in the last whole minute.', ['result'])
  attempts.set({ result: 'delivered' }, minute?.delivered ?? 0)
  attempts.set({ result: 'failed' }, minute?.failed ?? 0)
  gauge(registry, 'outbox_dead_last_minute', 'Deliveries given up in the last whole minute.', []).set(minute?.dead ?? 0)
  const relays = gauge(registry, 'outbox_relays', 'Relay processes, by state.', ['state'])
  for (const state of RELAY_STATES) relays.set({ state }, 0)
  for (const row of await query<sql.RelayStateRow>(sql.relayStates)) relays.set({ state: row.state }, row.relays)
  const health = gauge(registry, 'outbox_findings', 'What outbox.health finds wrong, by severity.', ['severity'])
  for (const severity of SEVERITIES) health.set({ severity }, 0)
  for (const { severity, findings } of await query<sql.FindingsRow>(sql.findings))
    if (SEVERITIES.includes(severity)) health.set({ severity }, findings)
}

function tellQueues(registry: Registry, rows: sql.QueueRow[]): void {
  const of = (queue: sql.QueueRow['queue']) => rows.filter((row) => row.queue === queue)
  const tell = (name: string, help: string, value: number) => gauge(registry, name, help, []).set(value)
  const [log, batches, bursts] = [of('log')[0], of('batches')[0], of('bursts')[0]]
  tell('outbox_events_unread', 'Events that no relay has read yet, counted up to 1000000.', log?.waiting ?? 0)
  tell('outbox_events_unread_age_seconds', 'Age of the oldest event that no relay has read.', log?.oldest_age_s ?? 0)
  tell('outbox_events_in_batches', 'Events that are being matched and sent.', batches?.waiting ?? 0)
  tell('outbox_changes_in_bursts', 'Changes that wait to become one event.', bursts?.waiting ?? 0)
  const deliveries = gauge(registry, 'outbox_deliveries', 'Deliveries that have not come to an end.', ['status'])
  deliveries.set({ status: 'pending' }, sum(of('webhook').map((row) => row.waiting - row.held)))
  deliveries.set({ status: 'held' }, sum(of('webhook').map((row) => row.held)))
  tell(
    'outbox_deliveries_due',
    'Pending deliveries that a relay could take now.',
    sum(of('webhook').map((row) => row.due)),
  )
  tell(
    'outbox_deliveries_due_age_seconds',
    'For how long the pending delivery that has been due longest is due.',
    Math.max(0, ...of('webhook').map((row) => row.overdue_s ?? 0)),
  )
}

function tellWebhooks(registry: Registry, rows: sql.WebhookFiguresRow[]): void {
  const by = (name: string, help: string, label?: string) =>
    gauge(registry, `outbox_webhook_${name}`, help, label === undefined ? ['webhook_id'] : ['webhook_id', label])
  const webhooks = gauge(registry, 'outbox_webhooks', 'Webhooks, by state.', ['state'])
  for (const state of WEBHOOK_STATES) webhooks.set({ state }, rows.filter((row) => row.state === state).length)
  const attempts = by('attempts_24h', 'Attempts of the last 24 hours.', 'result')
  const dead = by('dead_24h', 'Deliveries given up in the last 24 hours.')
  const pending = by('pending', 'Deliveries that wait, are held, or are being attempted again.')
  const failing = by('failing_seconds', 'For how long no attempt has succeeded. 0: the last one did.')
  const duration = by('duration_last_hour_seconds', 'How long attempts of the last hour took, estimated.', 'quantile')
  for (const { webhook_id, ...row } of rows) {
    attempts.set({ webhook_id, result: 'delivered' }, row.delivered_24h)
    attempts.set({ webhook_id, result: 'failed' }, row.failed_24h)
    dead.set({ webhook_id }, row.dead_24h)
    pending.set({ webhook_id }, row.pending)
    failing.set({ webhook_id }, row.failing_s ?? 0)
    if (row.p50_ms !== null) duration.set({ webhook_id, quantile: '0.5' }, row.p50_ms / 1_000)
    if (row.p95_ms !== null) duration.set({ webhook_id, quantile: '0.95' }, row.p95_ms / 1_000)
  }
  gauge(registry, 'outbox_dead_24h', 'Deliveries given up in the last 24 hours.', []).set(
    sum(rows.map((row) => row.dead_24h)),
  )
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[]): Gauge {
  return new Gauge({ name, help, labelNames, registers: [registry] })
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
