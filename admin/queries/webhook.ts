/** One webhook: what it is, and what can be done with it. Each act is one call of one function of the contract. */

/** Of the headers only their names are there to be read. */
export const webhook = `
select id, url, events, enabled, description, filter::text as filter, tenant, body_template, format,
       array(select json_object_keys(headers)) as header_names, hub_signature, ordered, rate_limit, max_in_flight,
       timeout::text as timeout, retry_schedule::text[] as retry_schedule, paused_at, disabled_reason, disabled_at,
       created_at, updated_at,
       exists (select from outbox.disabled_spans as s where s.webhook_id = w.id) as was_disabled
from outbox.webhooks as w
where id = $1`
export interface OneWebhookRow {
  id: string
  url: string
  events: string[]
  enabled: boolean
  description: string | null
  filter: string | null
  tenant: string | null
  body_template: string | null
  format: 'standard' | 'cloudevents'
  header_names: string[]
  hub_signature: boolean
  ordered: boolean
  rate_limit: number | null
  max_in_flight: number
  timeout: string | null
  /** Null: the default of the settings. */
  retry_schedule: string[] | null
  paused_at: Date | null
  disabled_reason: string | null
  disabled_at: Date | null
  created_at: Date
  updated_at: Date
  /** Whether there can be anything that it missed. */
  was_disabled: boolean
}

export const eventTypes = `
select type
from outbox.event_types
order by type
limit 500`
export interface EventTypeRow {
  type: string
}

export const countMissed = `select count(*)::integer as missed from outbox.missed($1)`
export interface MissedRow {
  missed: number
}

/** The open ones, and what ended within the hour. */
export const replays = `
select id, which, total::integer as total, deliveries::integer as deliveries, rate_limit, requested_by, requested_at,
       finished_at, cancelled_at
from outbox.replays
where webhook_id = $1 and coalesce(finished_at, cancelled_at, 'infinity') > now() - interval '1 hour'
order by id desc
limit 20`
export interface ReplayRow {
  id: string
  which: 'all' | 'missed' | 'dead'
  total: number
  deliveries: number
  rate_limit: number
  requested_by: string
  requested_at: Date
  finished_at: Date | null
  cancelled_at: Date | null
}

/** Enabled or not: the trigger keeps the time, and releases what was held. */
export const setEnabled = `update outbox.webhooks set enabled = $2 where id = $1 and enabled <> $2 returning id`
export const pauseWebhook = `select outbox.pause($1) as changed`
export const resumeWebhook = `select outbox.resume($1) as changed`
export interface ChangedRow {
  changed: boolean
}
export const deleteWebhook = `delete from outbox.webhooks where id = $1 returning id`

/** Null for the type: the first one that the webhook wants. */
export const sendTest = `select event_id, delivery_id, will_be_sent, reason from outbox.send_test($1, $2)`
export interface TestRow {
  event_id: string
  delivery_id: string
  will_be_sent: boolean
  reason: string
}

export const rotateSecret = `select outbox.rotate_secret($1, $2::interval) as ends_at`
export interface RotatedRow {
  /** When the old ones end. Null: there was none. */
  ends_at: Date | null
}
export const revealSecret = `select secret, created_at, expires_at from outbox.reveal_secret($1)`
export interface SecretRow {
  secret: string
  created_at: Date
  expires_at: Date | null
}

/** From the first to the last event that was missed, so that no other span is searched. */
export const replayMissed = `
select r.replay_id, r.deliveries::integer as deliveries
from (
  select min(m.occurred_at) - interval '1 s' as since, max(m.occurred_at) + interval '1 s' as until
  from outbox.missed($1) as m
) as span
cross join lateral outbox.replay($1, span.since, span.until, which => 'missed') as r
where span.since is not null`
/** However many they are: a replay takes them in portions. */
export const replayDead = `
select r.replay_id, r.deliveries::integer as deliveries
from outbox.replay($1, 'epoch', now(), which => 'dead') as r`
export interface ReplayedRow {
  replay_id: string
  deliveries: number
}
export const cancelReplay = `select outbox.cancel_replay($1) as changed`

/** Webhook, types, key, tenant, response, text, since, until; then whether they are only counted. */
export const resendAll = `select deliveries, more from outbox.resend_all($1, $2, $3, $4, $5, $6, $7, $8, dry_run => $9)`
export interface ResentRow {
  deliveries: number
  more: boolean
}

export const resend = `select outbox.resend($1) as status`
export interface ResendRow {
  status: 'pending' | 'held'
}

/** What an id that somebody was given is the id of. */
export const deliveryById = `select id from outbox.webhook_deliveries where id = $1`
export const eventById = `select id from outbox.events where id = $1`
export interface IdRow {
  id: string
}

/** A test that the relay has not read yet has no delivery so far. */
export const testEvent = `
select id
from outbox.events
where id = $1 and outbox.delivery_id(id, only_for) = $2 and occurred_at > now() - interval '1 hour'`
