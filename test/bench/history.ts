/**
 * A month of history, as an installation that sends a few deliveries a second would have it. Written straight into the
 * tables, a day at a time: ten million deliveries take minutes this way, and would take hours through a relay.
 */
import type { Client } from '../../sql/db.ts'
import { queueEvents, removeWebhooks } from './bench.ts'

export interface Size {
  /** Deliveries that came to an end, over DAYS days. */
  settled: number
  pending: number
  webhooks: number
  /** How many of the webhooks are sent something in every minute of the last two days. */
  busy: number
}

const DAYS = 30
/** Deliveries of each event. */
const FAN_OUT = 10
/** Webhooks that have anything pending. */
const QUEUES = 100
/** Nobody failed for good in the last days: views must not have to read through these to find who did. */
const DAYS_WITHOUT_DEAD = 10
/** A prime, so that the dead ones, in all one of a thousand, are anybody's. */
const ONE_DEAD_OF = 673
const UNREAD = 10_000

export async function fillHistory(client: Client, size: Size, say: (line: string) => void): Promise<void> {
  await client.query(`select outbox.make_partitions(now() - interval '${DAYS} days', ${DAYS})`)
  await register(client, size.webhooks)
  const events = Math.ceil(size.settled / DAYS / FAN_OUT)
  for (let days_ago = DAYS; days_ago >= 1; days_ago -= 1) {
    await fillDay(client, days_ago, events)
    if (days_ago % 5 === 1) say(`views: ${DAYS - days_ago + 1} of ${DAYS} days written`)
  }
  await fillRare(client)
  await fillActivity(client, size.busy)
  await fillPending(client, size.pending)
  await fillLog(client)
  for (const table of [
    'events',
    'settled_deliveries',
    'earlier_attempts',
    'pending_deliveries',
    'activity_minutes',
    'activity_hours',
  ])
    await client.query(`vacuum analyze outbox.${table}`)
  await client.query('analyze')
}

/** Leaves the database as it was, so that other scenarios can follow. */
export async function clearHistory(client: Client): Promise<void> {
  await removeWebhooks(client)
  await client.query(`truncate outbox.events, outbox.settled_deliveries, outbox.earlier_attempts,
    outbox.activity_minutes, outbox.activity_hours, outbox.coalescing_changes, outbox.batches, outbox.registered_relays`)
  // Far enough ahead for the days up to yesterday to be over.
  const drop = `select partition_name from outbox.drop_expired_partitions(
    date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' + (select s.retention from outbox.settings as s))`
  while ((await client.query(drop)).rows.length > 0);
}

/** A few of them paused, disabled, failing. */
async function register(client: Client, webhooks: number): Promise<void> {
  await client.query(
    `insert into outbox.webhooks (url, events, enabled, disabled_at)
     select 'http://127.0.0.1:9/' || n, '{bench.settled}', n % 100 <> 1, case when n % 100 = 1 then now() end
     from generate_series(1, $1::integer) as n`,
    [webhooks],
  )
  await client.query(`update outbox.webhooks set paused_at = now() where url like '%2'`)
  await client.query(`
    create temp table bench_webhooks as select w.id, row_number() over (order by w.url) - 1 as n from outbox.webhooks as w`)
}

async function fillDay(client: Client, days_ago: number, events: number): Promise<void> {
  const day = `(date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '${days_ago} days')`
  await client.query(`
    insert into outbox.events (id, type, key, data, occurred_at)
    select overlay(outbox.uuidv7()::text placing left(outbox.uuid_at(t.at)::text, 13) from 1)::uuid, 'bench.settled', n::text,
           json_build_object('record', json_build_object('id', n, 'title', repeat('x', 100))), t.at
    from generate_series(0, ${events} - 1) as n
    cross join lateral (select ${day} + n * interval '1 day' / ${events} as at) as t`)
  const dead = days_ago > DAYS_WITHOUT_DEAD ? `i.i * 7919 % ${ONE_DEAD_OF} = 0` : 'false'
  await client.query(`
    insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at,
      duration_ms, response_status, response_headers, response_body)
    select outbox.delivery_id(e.id, w.id), w.id, e.id, e.type, case when d.dead then 'dead' else 'delivered' end,
           case when d.dead then 10 when i.i % 50 = 3 then 2 else 1 end, e.occurred_at, e.occurred_at + interval '20 ms',
           5 + i.i % 90, case when d.dead then 503 else 200 end, '{"content-type":"text/plain"}', 'ok'
    from outbox.events as e
    cross join generate_series(0, ${FAN_OUT} - 1) as k
    cross join lateral (select e.key::bigint * ${FAN_OUT} + k as i) as i
    cross join lateral (select ${dead} as dead) as d
    join bench_webhooks as w on w.n = i.i % (select count(*) from bench_webhooks)
    where e.id >= outbox.uuid_at(${day}) and e.id < outbox.uuid_at(${day} + interval '1 day')`)
  await client.query(`
    insert into outbox.earlier_attempts (delivery_id, webhook_id, attempt, attempted_at, duration_ms, response_status, response_headers, response_body)
    select s.id, s.webhook_id, n, s.created_at, 7, 503, '{"content-type":"text/plain"}', 'not now'
    from outbox.settled_deliveries as s
    cross join lateral generate_series(1, s.attempts - 1) as n
    where s.attempts > 1 and s.id >= outbox.uuid_at(${day}) and s.id < outbox.uuid_at(${day} + interval '1 day')`)
}

/** What searches look for in vain among all the rest: a webhook with three deliveries, all of them old. */
async function fillRare(client: Client): Promise<void> {
  await client.query(`
    with quiet as (
      insert into outbox.webhooks (url, events, description) values ('http://127.0.0.1:9/quiet', '{bench.settled}', 'quiet') returning id)
    insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at,
      duration_ms, response_status, response_headers, response_body)
    select outbox.delivery_id(e.id, w.id), w.id, e.id, e.type, 'delivered', 1, e.occurred_at, e.occurred_at, 5, 200, '{}', 'ok'
    from quiet as w
    cross join (select * from outbox.events as e where e.id > outbox.uuid_at(now() - interval '${DAYS - 2} days') order by e.id limit 3) as e`)
}

async function fillActivity(client: Client, busy: number): Promise<void> {
  await client.query(`
    insert into outbox.activity_minutes (minute, webhook_id, delivered, failed, durations)
    select m, w.id, 11, (w.n % 9 = 0)::integer, array[0, 0, 0, 1, 1, 2, 3, 2, 1, 1, 0, 0, 0, 0, (w.n % 9 = 0)::integer]
    from generate_series(date_trunc('minute', now()) - interval '2 days', date_trunc('minute', now()), '1 minute') as m
    cross join bench_webhooks as w
    where w.n < ${busy}`)
  await client.query(`
    insert into outbox.activity_hours (hour, webhook_id, delivered, failed, durations)
    select h.hour, h.webhook_id, h.delivered, h.failed, array(select (d * h.minutes)::integer from unnest(h.durations) as d)
    from (
      select date_trunc('hour', m.minute, 'UTC') as hour, m.webhook_id, sum(m.delivered) as delivered, sum(m.failed) as failed,
             min(m.durations) as durations, count(*) as minutes
      from outbox.activity_minutes as m
      where m.minute >= date_trunc('hour', now() - interval '25 hours', 'UTC')
      group by 1, 2) as h
    order by 1, 2`)
  await client.query(`
    insert into outbox.webhook_activity (webhook_id, last_attempt_at, last_success_at, last_failure_at, failing_since, last_failure)
    select w.id, now(), now() - interval '1 min', case when w.n % 9 = 0 then now() end, case when w.n % 9 = 0 then now() end,
           case when w.n % 9 = 0 then 'HTTP 503' end
    from bench_webhooks as w`)
}

async function fillPending(client: Client, pending: number): Promise<void> {
  await client.query(`
    with event as (
      insert into outbox.events (type, key, data)
      select 'bench.settled', n::text, '{}' from generate_series(1, ${Math.ceil(pending / QUEUES)}) as n
      returning id, type, key
    )
    insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, attempts, next_attempt_at, created_at)
    select outbox.delivery_id(e.id, w.id), w.id, e.id, e.type, 0, now() + (e.key::integer % 3600 - 600) * interval '1 s', now()
    from event as e
    cross join bench_webhooks as w
    where w.n < ${QUEUES}`)
}

/** Batches that a relay holds, changes that wait for the end of their burst, events that nobody has read yet. */
async function fillLog(client: Client): Promise<void> {
  await client.query('update outbox.event_cursor set seen = pg_current_snapshot()')
  await queueEvents(client, UNREAD, 1)
  await client.query(`select count(*) from outbox.next_batch(outbox.register_relay('bench', '0', '1 h'))`)
  await client.query(`
    insert into outbox.coalescing_changes (watch_id, event_type, key, data)
    select (select min(w.id) from outbox.watches as w), 'ticket.updated', (n % 1000)::text, '{}' from generate_series(1, 10000) as n`)
  await queueEvents(client, UNREAD, 1)
}
