/** How the installation behaves: the one row of outbox.settings. */

/** As they are typed: intervals as text, lists with commas. */
export const settings = `
select notify::text, strict_event_types::text, max_payload_bytes::text, retention::text,
       array_to_string(retry_schedule, ', ') as retry_schedule, max_retry_after::text, max_cause_depth::text
from outbox.settings`

/** In the order of the parameters of `updateSettings`, each with the statement that reads a text as its type. */
export const readers = {
  notify: `select $1::boolean`,
  strict_event_types: `select $1::boolean`,
  max_payload_bytes: `select $1::integer`,
  retention: `select $1::interval`,
  retry_schedule: `select string_to_array($1, ',')::interval[]`,
  max_retry_after: `select $1::interval`,
  max_cause_depth: `select $1::integer`,
} as const
export type Setting = keyof typeof readers
export type Settings = Record<Setting, string>

export const updateSettings = `
update outbox.settings
set notify = $1::boolean, strict_event_types = $2::boolean, max_payload_bytes = $3::integer, retention = $4::interval,
    retry_schedule = string_to_array($5, ',')::interval[], max_retry_after = $6::interval, max_cause_depth = $7::integer`

export const settingComments = `
select a.attname as name, col_description(a.attrelid, a.attnum) as comment
from pg_attribute as a
where a.attrelid = 'outbox.settings'::regclass and a.attnum > 0 and not a.attisdropped`
export interface CommentRow {
  name: string
  comment: string | null
}
