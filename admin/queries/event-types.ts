/** The catalog of event types. JSON comes and goes as text: what people wrote stays as they wrote it. */
import { COUNTED } from '../queries.ts'

export const LISTED = 1_000

/** A webhook may want a type by more than one pattern. */
export const eventTypes = `
select t.type, t.description, t.source, t.schema is not null as has_schema, t.example is not null as has_example,
       count(distinct w.id)::integer as webhooks
from outbox.event_types as t
cross join lateral outbox.type_patterns(t.type) as p (pattern)
left join (select h.id, unnest(h.events) as pattern from outbox.webhooks as h where h.enabled) as w on w.pattern = p.pattern
group by t.type
order by t.type
limit ${LISTED}`
export interface ListedTypeRow {
  type: string
  description: string | null
  source: Source
  has_schema: boolean
  has_example: boolean
  /** Enabled ones that have a pattern for it. */
  webhooks: number
}

export type Source = 'built in' | 'watch' | 'custom'

/** Among the newest only: a count of a day costs as much as the day was busy. */
export const typeCounts = `
select type, count(*)::integer as events
from (
  select type
  from outbox.events
  where id >= outbox.uuid_at(now() - interval '24 hours')
  order by id desc
  limit ${COUNTED}
) as newest
group by type`
export interface TypeCountRow {
  type: string
  events: number
}

export const eventType = `
select type, description, source, schema::text as schema, example::text as example, created_at
from outbox.event_types
where type = $1`
export interface EventTypeRow {
  type: string
  description: string | null
  source: Source
  schema: string | null
  example: string | null
  created_at: Date
}

export const webhooksOfType = `
select id, url, enabled
from outbox.webhooks
where events && array(select outbox.type_patterns($1))
order by enabled desc, url, id
limit 100`
export interface WebhookOfTypeRow {
  id: string
  url: string
  enabled: boolean
}

export const defineEventType = `
insert into outbox.event_types (type, description, schema, example)
values ($1, $2, $3::json, $4::json)`

export const changeEventType = `
update outbox.event_types
set description = $2, schema = $3::json, example = $4::json
where type = $1
returning type`

/** The others come from watches and presets. */
export const deleteEventType = `
delete from outbox.event_types
where type = $1 and source = 'custom'
returning type`
