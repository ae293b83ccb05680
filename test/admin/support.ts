/** The admin without a port, and deliveries to look at: each call fills in what the test does not care about. */
import { onTestFinished } from 'vitest'
import type { Rules } from '../../admin/access/access.ts'
import type { Scope } from '../../admin/access/actor.ts'
import { csrfToken } from '../../admin/access/csrf.ts'
import { sha256 } from '../../admin/access/hash.ts'
import { createApp } from '../../admin/app.ts'
import { createPool } from '../../admin/pool.ts'
import { withClient, type Client } from '../../sql/db.ts'
import type { Log } from '../../sql/log.ts'

export function createTestLog(): { log: Log; lines: { fact: string; fields: Record<string, unknown> | undefined }[] } {
  const lines: { fact: string; fields: Record<string, unknown> | undefined }[] = []
  const write = (fact: string, fields?: Record<string, unknown>) => void lines.push({ fact, fields })
  return { lines, log: { debug: write, info: write, warn: write, error: write, debugging: true } }
}

/** Whom the tests log in as: the actor in the audit log. */
export const PERSON = 'ada'
export const TOKEN = 'obx_token-of-the-tests'
export const COOKIE = 'cookie-of-the-tests'
export const NO_RULES: Rules = { admin_token: null, admin_url: null, loopback: true }

export interface TestAppOptions {
  /** Of the session that the pages are asked with, and of the token that the API is. */
  scope?: Scope
  rules?: Partial<Rules>
  hosts?: ReadonlySet<string> | null
}

export function testApp(database: { url: string }, options: TestAppOptions = {}) {
  const { scope = 'admin', rules = {}, hosts = new Set(['localhost']) } = options
  const pool = createPool({ url: database.url })
  onTestFinished(() => pool.close())
  const { log, lines } = createTestLog()
  const app = createApp({ pool, log, hosts: () => hosts, rules: { ...NO_RULES, ...rules } })
  let letting_in: Promise<void> | null = null
  const ask = async (path: string, init: RequestInit) => {
    // A test without a database asks all the same.
    await (letting_in ??= letIn(database.url, scope).catch(() => {}))
    return app.request(path, init)
  }
  const cookie = `outbox_80=${COOKIE}`
  return {
    app,
    lines,
    /** A page, asked for by the person who is logged in. */
    page: async (path: string, headers: Record<string, string> = {}) => {
      const response = await ask(path, { headers: { cookie, ...headers } })
      return { status: response.status, text: await response.text() }
    },
    /** A form of a page, as a browser sends it. */
    post: async (path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) => {
      const body = new URLSearchParams({ csrf: csrfToken(COOKIE), ...fields })
      const response = await ask(path, { method: 'POST', body, headers: { cookie, ...headers } })
      return { status: response.status, text: await response.text(), location: response.headers.get('location') }
    },
    /** The API, asked by a program that has a token. */
    api: (path: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', `Bearer ${TOKEN}`)
      return ask(path, { ...init, headers })
    },
  }
}

/** Leaves no trace in the audit log, which belongs to the test. */
async function letIn(url: string, scope: Scope): Promise<void> {
  await withClient({ url, name: 'test' }, async (client) => {
    await client.query('set session_replication_role = replica')
    await client.query(
      `insert into outbox.api_tokens (name, scope, token_hash, beginning, created_by) values ($1, $2, $3, 'obx_toke', 'test')`,
      [PERSON, scope, sha256(TOKEN)],
    )
    await client.query(
      `insert into outbox.admin_sessions (session_hash, name, scope, expires_at) values ($1, $2, $3, now() + interval '1 h')`,
      [sha256(COOKIE), PERSON, scope],
    )
  })
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
