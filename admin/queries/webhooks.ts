/** Webhooks as the API answers and takes them: intervals in seconds, headers masked. */

/** Null for the id: a page of the list, which goes on after a position. */
export const webhookResources = `
select w.id, w.url, w.description, w.events, w.enabled, w.disabled_reason, w.disabled_at, w.paused_at, w.filter::text as filter,
       w.tenant, w.headers, w.body_template, w.format, w.ordered, w.rate_limit, w.max_in_flight,
       extract(epoch from w.timeout)::double precision as timeout,
       case when w.retry_schedule is not null then array(
         select extract(epoch from s.wait)::double precision
         from unnest(w.retry_schedule) with ordinality as s (wait, position)
         order by s.position) end as retry_schedule,
       w.hub_signature, w.created_at, w.updated_at, w.version,
       (extract(epoch from w.created_at) * 1000000)::bigint || ' ' || w.id as position
from outbox.webhooks as w
where ($1::uuid is null or w.id = $1)
  and ($2::boolean is null or w.enabled = $2)
  and ($3::text is null or w.tenant = $3)
  and ($4::text is null or ((extract(epoch from w.created_at) * 1000000)::bigint, w.id)
       < (split_part($4, ' ', 1)::bigint, split_part($4, ' ', 2)::uuid))
order by w.created_at desc, w.id desc
limit $5`
export interface WebhookResourceRow {
  id: string
  url: string
  description: string | null
  events: string[]
  enabled: boolean
  disabled_reason: string | null
  disabled_at: Date | null
  paused_at: Date | null
  filter: string | null
  tenant: string | null
  headers: Record<string, string> | null
  body_template: string | null
  format: string
  ordered: boolean
  rate_limit: number | null
  max_in_flight: number
  timeout: number | null
  retry_schedule: number[] | null
  hub_signature: boolean
  created_at: Date
  updated_at: Date
  version: number
  position: string
}

/** What null stands for is what the table says by default. */
export const insertWebhook = `
insert into outbox.webhooks (url, description, events, enabled, filter, tenant, headers, body_template, format, ordered, rate_limit,
  max_in_flight, timeout, retry_schedule, hub_signature)
select r.url, r.description, coalesce(r.events, '{*}'), coalesce(r.enabled, true), r.filter, r.tenant, r.headers, r.body_template,
       coalesce(r.format, 'standard'), coalesce(r.ordered, false), r.rate_limit, coalesce(r.max_in_flight, 10), r.timeout,
       r.retry_schedule, coalesce(r.hub_signature, false)
from json_populate_record(null::outbox.webhooks, $1) as r
returning id`

export const addFirstSecret = `select outbox.add_first_secret($1, $2)`

export const lockWebhook = `select version, headers from outbox.webhooks where id = $1 for update`
export interface LockedWebhookRow {
  version: number
  headers: Record<string, string> | null
}

/** As above; what is not given stays. */
export const updateWebhook = `
update outbox.webhooks as w
set url = r.url, description = r.description, events = coalesce(r.events, '{*}'), enabled = coalesce(r.enabled, true), filter = r.filter,
    tenant = r.tenant, headers = r.headers, body_template = r.body_template, format = coalesce(r.format, 'standard'),
    ordered = coalesce(r.ordered, false), rate_limit = r.rate_limit, max_in_flight = coalesce(r.max_in_flight, 10),
    timeout = r.timeout, retry_schedule = r.retry_schedule, hub_signature = coalesce(r.hub_signature, false)
from outbox.webhooks as b
cross join lateral json_populate_record(b, $2) as r
where w.id = $1 and b.id = $1`

export const deleteWebhook = `delete from outbox.webhooks where id = $1 returning id`
