/** The admin without a port, and deliveries to look at: each call fills in what the test does not care about. */
import { onTestFinished } from 'vitest'
import { createApp } from '../../admin/app.ts'
import { createPool } from '../../admin/pool.ts'
import type { Client } from '../../sql/db.ts'
import type { Log } from '../../sql/log.ts'

export function createTestLog(): { log: Log; lines: { fact: string; fields: Record<string, unknown> | undefined }[] } {
  const lines: { fact: string; fields: Record<string, unknown> | undefined }[] = []
  const write = (fact: string, fields?: Record<string, unknown>) => void lines.push({ fact, fields })
  return { lines, log: { debug: write, info: write, warn: write, error: write, debugging: true } }
}

export function testApp(database: { url: string }) {
  const pool = createPool({ url: database.url })
  onTestFinished(() => pool.close())
  const { log, lines } = createTestLog()
  const app = createApp({ pool, log, hosts: () => new Set(['localhost']) })
  return {
    app,
    lines,
    page: async (path: string, headers: Record<string, string> = {}) => {
      const response = await app.request(path, { headers })
      return { status: response.status, text: await response.text() }
    },
  }
}

export async function makeWebhook(db: Client, webhook: { url?: string; description?: string } = {}): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `insert into outbox.webhooks (url, description) values ($1, $2) returning id`,
    [webhook.url ?? 'https://example.com/hook', webhook.description ?? null],
  )
  return rows[0]?.id ?? ''
}

interface Made {
  webhook_id: string
  type?: string
  key?: string | null
  /** JSON text. */
  data?: string
  status?: 'delivered' | 'dead'
  attempts?: number
  response_status?: number | null
  response_headers?: string | null
  response_body?: string | null
  error?: string | null
}

const plain = {
  type: 'ticket.created',
  key: '1',
  data: '{}',
  status: 'delivered',
  attempts: 1,
  response_status: 200,
  response_headers: '{}',
  response_body: '',
  error: null,
} as const

/** In the order of the parameters below. */
const columns = [
  'type',
  'key',
  'data',
  'webhook_id',
  'status',
  'attempts',
  'response_status',
  'response_headers',
  'response_body',
  'error',
] as const

/** A delivery that came to its end. Returns its id. */
export async function makeDelivery(db: Client, made: Made): Promise<string> {
  const row = { ...plain, ...made }
  const { rows } = await db.query<{ id: string }>(
    `with event as (
       insert into outbox.events (type, key, data) values ($1, $2, $3) returning id, type)
     insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at,
       attempted_at, duration_ms, response_status, response_headers, response_body, error)
     select outbox.delivery_id(e.id, $4), $4, e.id, e.type, $5, $6, now(), now(), 12.4, $7, $8, $9, $10
     from event as e
     returning id`,
    columns.map((column) => row[column]),
  )
  return rows[0]?.id ?? ''
}

/** A delivery whose first attempt was answered with 503 and whose second one is due in ten minutes. */
export async function makePending(db: Client, webhook_id: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `with event as (
       insert into outbox.events (type, key, data) values ('ticket.created', '7', '{}') returning id, type
     ), pending as (
       insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, attempts, next_attempt_at, created_at)
       select outbox.delivery_id(e.id, $1), $1, e.id, e.type, 1, now() + interval '10 min 30 s', now()
       from event as e
       returning id)
     insert into outbox.earlier_attempts (delivery_id, webhook_id, attempt, attempted_at, duration_ms, response_status,
       response_headers, response_body)
     select p.id, $1, 1, now() - interval '90 min', 31.2, 503, '{"retry-after":"600"}', 'try later'
     from pending as p
     returning delivery_id as id`,
    [webhook_id],
  )
  return rows[0]?.id ?? ''
}
