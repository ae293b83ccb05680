/** Events and their types. Data, schemas and examples are taken out of the body of a request with their exact digits, and read as text. */

export const emitEvent = `select outbox.emit($1, $2::json -> 'data', $3, $4, $5) as id`

export const eventResource = `
select id, type, key, tenant, data::text as data, context::text as context, txid::text as txid, occurred_at, only_for
from outbox.events
where id = $1`
export interface EventResourceRow {
  id: string
  type: string
  key: string | null
  tenant: string | null
  data: string
  context: string | null
  txid: string
  occurred_at: Date
  only_for: string | null
}

export const explanation = `
select webhook_id, url, matched, reason, status, attempts, next_attempt_at, response_status, error
from outbox.explain($1)`
export interface ExplanationRow {
  webhook_id: string
  url: string | null
  matched: boolean
  reason: string
  status: string | null
  attempts: number | null
  next_attempt_at: Date | null
  response_status: number | null
  error: string | null
}

/** Null for the type: a page of the list. */
export const eventTypes = `
select type, description, schema::text as schema, example::text as example, source, created_at
from outbox.event_types
where ($1::text is null or type = $1)
  and ($2::text is null or type > $2)
order by type
limit $3`
export interface EventTypeRow {
  type: string
  description: string | null
  schema: string | null
  example: string | null
  source: string
  created_at: Date
}

/** A JSON null is none. */
export const insertEventType = `
insert into outbox.event_types (type, description, schema, example)
select $1, $2, nullif(($3::json -> 'schema')::text, 'null')::json, nullif(($3::json -> 'example')::text, 'null')::json`

/** What the body does not name stays. */
export const updateEventType = `
update outbox.event_types as t
set description = case when $2::json -> 'description' is null then t.description else $2::json ->> 'description' end,
    schema = case when $2::json -> 'schema' is null then t.schema else nullif(($2::json -> 'schema')::text, 'null')::json end,
    example = case when $2::json -> 'example' is null then t.example else nullif(($2::json -> 'example')::text, 'null')::json end
where t.type = $1`

export const deleteEventType = `delete from outbox.event_types where type = $1 returning type`
