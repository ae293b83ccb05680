/** Deliveries of every kind to search among: written straight into the tables, as relays leave them. */
import type { Client } from '../../sql/db.ts'
import { makeWebhook } from './world.ts'

/** A delivery with all that a search can ask for. */
export interface Known {
  id: string
  webhook_id: string
  event_id: string
  event_type: string
  key: string | null
  tenant: string | null
  status: 'pending' | 'held' | 'delivered' | 'dead'
  attempts: number
  response_status: number | null
  error: string | null
  body: string | null
  data: string
}

/**
 * So many events, each for four webhooks: one that gets them all, one where every third is dead, one that has pending
 * ones, and a paused one. Some events share the first half of their ids, as those of one instant do.
 */
export async function makeHistory(
  db: Client,
  events: number,
): Promise<Record<'good' | 'bad' | 'slow' | 'paused', string>> {
  const hook = (path: string) => makeWebhook(db, { url: `http://127.0.0.1:9/${path}` })
  const made = {
    good: await hook('good'),
    bad: await hook('bad'),
    slow: await hook('slow'),
    paused: await hook('paused'),
  }
  await db.query(`update outbox.webhooks set paused_at = now() where id = $1`, [made.paused])
  await addHistory(db, made, events)
  return made
}

/** More of the same, a second apart, up to an hour before now. */
export async function addHistory(
  db: Client,
  hooks: Record<'good' | 'bad' | 'slow' | 'paused', string>,
  events: number,
): Promise<void> {
  await db.query(
    `with event as (
       insert into outbox.events (id, type, key, tenant, data)
       select overlay(gen_random_uuid()::text placing left(outbox.uuid_at(now() - interval '1 hour' - (n - n % 3) * interval '1 s')::text, 13) || '-7000-8' from 1)::uuid,
              (array['ticket.created', 'ticket.closed', 'invoice_.paid', 'invoiceX.paid'])[1 + n % 4],
              case when n % 7 > 0 then (n % 5)::text end, case when n % 2 = 0 then 'acme' end,
              json_build_object('n', n, 'title', case when n % 6 = 0 then 'Ça va 100%_\\\\' else 'plain' end)
       from generate_series(1, $1::integer) as n
       returning id, type, key, (data ->> 'n')::integer as n
     ), settled as (
       insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at,
         duration_ms, response_status, response_headers, response_body, error)
       select outbox.delivery_id(e.id, h.id), h.id, e.id, e.type, case when h.bad and n % 3 = 0 then 'dead' else 'delivered' end, 1, now(), now(), 5,
              case when h.bad and n % 3 = 0 then case when n % 9 > 0 then 503 end else 200 end, '{}',
              case when h.bad and n % 3 = 0 and n % 9 = 0 then null else 'answer ' || n end,
              case when h.bad and n % 9 = 0 then 'connect ECONNREFUSED' end
       from event as e
       cross join (values ($2::uuid, false), ($3, true)) as h (id, bad)
     ), waiting as (
       insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, attempts, next_attempt_at, created_at)
       select outbox.delivery_id(e.id, h.id), h.id, e.id, e.type, n % 2, now() + interval '1 hour', now()
       from event as e
       cross join (values ($4::uuid), ($5)) as h (id)
       where n % 4 = 0 or n % 10 = 1
       returning id, webhook_id, attempts
     )
     insert into outbox.earlier_attempts (delivery_id, webhook_id, attempt, attempted_at, duration_ms, response_status, response_headers, response_body)
     select w.id, w.webhook_id, 1, now(), 7, 502, '{}', 'Bad Gateway' from waiting as w where w.attempts = 1`,
    [events, hooks.good, hooks.bad, hooks.slow, hooks.paused],
  )
}

/** As the views tell it, newest first. */
export async function knownDeliveries(db: Client): Promise<Known[]> {
  const { rows } = await db.query<Known>(
    `select d.id, d.webhook_id, d.event_id, d.event_type, d.key, d.tenant, d.status, d.attempts, (d.response ->> 'status')::integer as response_status,
            d.response ->> 'error' as error, d.response ->> 'body' as body, e.data::text as data
     from outbox.webhook_deliveries as d join outbox.events as e on e.id = d.event_id order by d.id desc`,
  )
  return rows
}

export interface Wanted {
  webhook_id?: string
  statuses?: string[]
  event_types?: string[]
  key?: string
  tenant?: string
  response?: string
  contains?: string
}

/** What a search is to find, told once more in another language. */
export function isWanted(wanted: Wanted, row: Known): boolean {
  const { webhook_id, statuses, event_types, key, tenant, response, contains } = wanted
  const type = (pattern: string) =>
    pattern === '*' ||
    pattern === row.event_type ||
    (pattern.endsWith('.*') && row.event_type.startsWith(pattern.slice(0, -1)))
  const answered = (code: string) =>
    code === 'none'
      ? row.attempts > 0 && row.response_status === null
      : String(row.response_status ?? '').replace(
          code.endsWith('xx') ? /\d\d$/ : /^$/,
          code.endsWith('xx') ? 'xx' : '',
        ) === code
  const holds = (text: string) =>
    [row.data, row.key, row.body, row.error].some((field) => field?.toLowerCase().includes(text.toLowerCase()))
  return (
    (webhook_id === undefined || row.webhook_id === webhook_id) &&
    (statuses === undefined || statuses.includes(row.status)) &&
    (event_types === undefined || event_types.some(type)) &&
    (key === undefined || row.key === key) &&
    (tenant === undefined || row.tenant === tenant) &&
    (response === undefined || answered(response)) &&
    (contains === undefined || holds(contains))
  )
}
