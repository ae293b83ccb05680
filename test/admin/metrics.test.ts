/** /metrics: a text that Prometheus can read, with what the views tell. */
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { metricsRoute } from '../../admin/metrics.ts'
import { createPool } from '../../admin/pool.ts'
import type { Client } from '../../sql/db.ts'
import { makeHistory } from '../support/deliveries.ts'
import { relayAtWork } from '../support/explain.ts'
import { ask, describe, emit, expect, makeWebhook, test } from '../support/world.ts'

function metricsOf(url: string) {
  const pool = createPool({ url })
  onTestFinished(() => pool.close())
  return new Hono().get('/metrics', metricsRoute(pool))
}

interface Metrics {
  types: Map<string, string>
  /** By name and labels, as they stand in the text. */
  values: Map<string, number>
}

const LABELS = String.raw`(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,|(?=\})))*`
const SAMPLE = new RegExp(String.raw`^([a-z][a-z0-9_]*)(\{${LABELS}\})? (\S+)$`)

/** The text format of Prometheus (0.0.4), strictly: what it would refuse is refused here. */
function parsed(text: string): Metrics {
  const types = new Map<string, string>()
  const values = new Map<string, number>()
  const helped = new Set<string>()
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) ([a-z0-9_]+) (.+)$/.exec(line) ?? []
    if (kind === 'HELP') {
      helped.add(name)
    } else if (kind === 'TYPE') {
      expect(types.has(name)).toBe(false)
      types.set(name, rest)
    } else {
      const [, metric = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
      expect({ line, known: types.has(metric) && helped.has(metric) }).toEqual({ line, known: true })
      expect(values.has(metric + labels)).toBe(false)
      expect({ line, number: Number.isFinite(Number(value)) }).toEqual({ line, number: true })
      values.set(metric + labels, Number(value))
    }
  }
  return { types, values }
}

async function scrape(url: string): Promise<Metrics> {
  const response = await metricsOf(url).request('/metrics')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  return parsed(await response.text())
}

async function countMinutes(db: Client, webhook_id: string): Promise<void> {
  await db.query(
    `insert into outbox.activity_minutes (minute, webhook_id, delivered, failed, dead, durations)
     select date_trunc('minute', now()) - n * interval '1 min', $1, 11, 2, 1, '{0,0,0,0,12}' from generate_series(0, 30) as n`,
    [webhook_id],
  )
  await db.query(
    `insert into outbox.activity_hours (hour, webhook_id, delivered, failed, dead)
     select date_trunc('hour', minute, 'UTC'), webhook_id, sum(delivered), sum(failed), sum(dead)
     from outbox.activity_minutes where webhook_id = $1 group by 1, 2`,
    [webhook_id],
  )
}

describe('/metrics', () => {
  test('tells what the views tell', async ({ db, database, connect }) => {
    const hooks = await makeHistory(db, 40)
    await countMinutes(db, hooks.bad)
    await relayAtWork(db, connect)
    await emit(db)
    const { values, types } = await scrape(database.url)
    expect(new Set(types.values())).toEqual(new Set(['gauge']))
    const counts = await db.query<{ pending: number; held: number }>(
      'select pending, held from outbox.count_deliveries()',
    )
    const health = await db.query<{ attempts: number; failed: number; dead: number; p95: number }>(
      `select attempts_24h::float8 as attempts, failed_24h::float8 as failed, dead_24h::float8 as dead, p95_ms::float8 / 1000 as p95
       from outbox.webhook_health where webhook_id = $1`,
      [hooks.bad],
    )
    const { attempts = 0, failed = 0, dead = 0, p95 = 0 } = health.rows[0] ?? {}
    expect(dead).toBe(31)
    const bad = `webhook_id="${hooks.bad}"`
    expect(Object.fromEntries(values)).toMatchObject({
      outbox_database_reachable: 1,
      outbox_events_unread: Number(await ask(db, `select waiting from outbox.backlog where queue = 'log'`)),
      'outbox_deliveries{status="pending"}': counts.rows[0]?.pending,
      'outbox_deliveries{status="held"}': counts.rows[0]?.held,
      outbox_deliveries_due: 0,
      outbox_deliveries_due_age_seconds: 0,
      'outbox_attempts_last_minute{result="delivered"}': 11,
      'outbox_attempts_last_minute{result="failed"}': 2,
      outbox_dead_last_minute: 1,
      outbox_dead_24h: 31,
      'outbox_relays{state="at work"}': 1,
      'outbox_relays{state="gone"}': 0,
      'outbox_webhooks{state="paused"}': 1,
      [`outbox_webhook_attempts_24h{${bad},result="delivered"}`]: attempts - failed,
      [`outbox_webhook_attempts_24h{${bad},result="failed"}`]: failed,
      [`outbox_webhook_dead_24h{${bad}}`]: dead,
      [`outbox_webhook_duration_last_hour_seconds{${bad},quantile="0.95"}`]: p95,
      [`outbox_webhook_pending{webhook_id="${hooks.slow}"}`]: counts.rows[0]?.pending,
    } satisfies Record<string, unknown>)
    expect(values.get('outbox_events_unread_age_seconds')).toBeGreaterThan(0)
  })

  test('tells for how long the delivery that has been due longest is due', async ({ db, database }) => {
    await makeHistory(db, 20)
    await db.query(`update outbox.pending_deliveries set next_attempt_at = now() - interval '90 s'`)
    const { values } = await scrape(database.url)
    expect(values.get('outbox_deliveries_due')).toBeGreaterThan(0)
    expect(values.get('outbox_deliveries_due_age_seconds')).toBeGreaterThanOrEqual(90)
    expect(values.get('outbox_deliveries_due_age_seconds')).toBeLessThan(150)
  })

  test('names every series of an empty outbox, with findings by severity', async ({ db, database }) => {
    const { values } = await scrape(database.url)
    const findings = async (severity: string) =>
      ask<number>(db, 'select count(*)::integer from outbox.health where severity = $1', [severity])
    for (const severity of ['error', 'warning', 'info'])
      expect(values.get(`outbox_findings{severity="${severity}"}`)).toBe(await findings(severity))
    for (const name of ['outbox_events_unread', 'outbox_deliveries{status="held"}', 'outbox_relays{state="hung"}'])
      expect([name, values.get(name)]).toEqual([name, 0])
  })

  test('names webhooks by their ids, never by their URLs', async ({ db, database }) => {
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9/a-secret-in-the-path' })
    await countMinutes(db, id)
    const text = await (await metricsOf(database.url).request('/metrics')).text()
    expect(text).toContain(id)
    expect(text).not.toContain('a-secret')
  })

  test('says that the database is away, and nothing that would be out of date', async ({ database }) => {
    const { values } = await scrape(database.url.replace(database.name, 'outbox_no_such_database'))
    expect(Object.fromEntries(values)).toEqual({ outbox_database_reachable: 0 })
  })
})
