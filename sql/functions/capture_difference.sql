create or replace function outbox.capture_difference(p_old json, p_new json)
returns text language sql immutable as $$
  select coalesce(string_agg(to_json(o.key)::text || ':' || o.value::text, ','), '')
  from json_each(p_old) as o
  join json_each(p_new) as n on n.key = o.key
  where n.value::text <> o.value::text
$$;
comment on function outbox.capture_difference(json, json) is
  'The old values of what differs between two rows, as the members of a JSON object. Called by capture functions for columns added since they were compiled.';
