create or replace function outbox.capture_difference(p_old json, p_new json)
returns text language sql immutable as $$
  select case when p_old is not null then coalesce(string_agg(to_json(o.key)::text || ':' || o.value::text, ','), '') end
  from json_each(p_old) as o
  join json_each(p_new) as n on n.key = o.key
  where n.value::text <> o.value::text
$$;
comment on function outbox.capture_difference(json, json) is
  'The old values of what differs between two rows, as the members of a JSON object. Null when there is no old row. Called by capture functions for columns added since they were compiled.';
