/** Registering and changing a webhook, and trying it out before. */

export const eventTypes = `
select type, description
from outbox.event_types
order by type
limit 500`
export interface EventTypeRow {
  type: string
  description: string | null
}

export const defaultSchedule = `
select retry_schedule::text[] as retry_schedule
from outbox.settings`
export interface ScheduleRow {
  retry_schedule: string[]
}

/** Values as texts, as a form holds them. */
export const webhookForForm = `
select id, version, url, description, events, filter::text as filter, body_template, format, tenant, ordered, hub_signature,
       array(select n.name from json_object_keys(headers) as n (name)) as header_names,
       max_in_flight::text as max_in_flight, rate_limit::text as rate_limit, timeout::text as timeout,
       retry_schedule::text[] as retry_schedule
from outbox.webhooks
where id::text = $1`
export interface WebhookFormRow {
  id: string
  version: number
  url: string
  description: string | null
  events: string[]
  filter: string | null
  body_template: string | null
  format: string
  tenant: string | null
  ordered: boolean
  hub_signature: boolean
  header_names: string[]
  max_in_flight: string
  rate_limit: string | null
  timeout: string | null
  retry_schedule: string[] | null
}

/** One by one, so that a text which is no such value is told apart from the others. */
export const casts = {
  filter: `select $1::text::jsonpath`,
  max_in_flight: `select $1::text::integer`,
  rate_limit: `select $1::text::integer`,
  timeout: `select $1::text::interval`,
  retry_schedule: `select $1::text[]::interval[]`,
} as const

export const registerWebhook = `
insert into outbox.webhooks (url, description, events, filter, body_template, format, headers, tenant, ordered, hub_signature,
                             max_in_flight, rate_limit, timeout, retry_schedule)
values ($1, $2, $3, $4::text::jsonpath, $5, $6, $7, $8, $9, $10, $11::text::integer, $12::text::integer, $13::text::interval,
        $14::text[]::interval[])
returning id`

export const addFirstSecret = `select outbox.add_first_secret($1, $2)`

/** No row: it is gone, or it has another version by now. */
export const changeWebhook = `
update outbox.webhooks
set url = $1, description = $2, events = $3, filter = $4::text::jsonpath, body_template = $5, format = $6, headers = $7,
    tenant = $8, ordered = $9, hub_signature = $10, max_in_flight = $11::text::integer, rate_limit = $12::text::integer,
    timeout = $13::text::interval, retry_schedule = $14::text[]::interval[]
where id::text = $15 and version::text = $16
returning id`

/** How many of the newest events are looked at: a filter is tried out on a sample, whatever the log holds. */
export const LOOKED_AT = 2_000
export const TRIED = 10

/** The newest events of these patterns and tenant; verdict: why the filter holds one back, null where it does not. */
export const tryFilter = `
select e.id, e.type, left(e.key, 200) as key, e.occurred_at,
       left(outbox.filter_verdict($2::text::jsonpath, outbox.data_for_filter(e.data)), 500) as verdict
from (
  select n.*
  from (select * from outbox.events order by id desc limit ${LOOKED_AT}) as n
  where exists (select from outbox.type_patterns(n.type) as p (pattern) where p.pattern = any ($1))
    and ($3::text is null or n.tenant = $3)
  order by n.id desc
  limit ${TRIED}
) as e
order by e.id desc`
export interface TriedRow {
  id: string
  type: string
  key: string | null
  occurred_at: Date
  verdict: string | null
}

export const checkTemplate = `select outbox.check_body_template($1, $2)`

/** The body for the newest event of these patterns, else for the example of a type. */
export const previewBody = `
with newest as (
  select 1 as rank, n.event
  from (select e as event from outbox.events as e order by e.id desc limit ${LOOKED_AT}) as n
  where exists (select from outbox.type_patterns((n.event).type) as p (pattern) where p.pattern = any ($1))
    and ($2::text is null or (n.event).tenant = $2)
  order by (n.event).id desc
  limit 1
), example as (
  select 2 as rank,
         json_populate_record(null::outbox.events, json_build_object('id', gen_random_uuid(), 'type', t.type,
           'data', t.example, 'occurred_at', now())) as event
  from outbox.event_types as t
  where t.example is not null
    and exists (select from outbox.type_patterns(t.type) as p (pattern) where p.pattern = any ($1))
  order by t.type
  limit 1
)
select rank, (event).type as type, (event).occurred_at as occurred_at,
       left(case
         when $3 = 'cloudevents' then outbox.cloudevent(event, (select t.template from outbox.body_templates as t where t.id = 0))
         when $4::text is null then outbox.body(event)
         else outbox.render_template($4, outbox.data_for_filter(outbox.body(event)::json))
       end, 65536) as body
from (select * from newest union all select * from example) as any_event
order by rank
limit 1`
export interface PreviewRow {
  /** 1: an event of the log. 2: an example. */
  rank: number
  type: string
  occurred_at: Date
  body: string
}
