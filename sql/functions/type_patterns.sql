create or replace function outbox.type_patterns(p_event_type text)
returns setof text language sql immutable parallel safe rows 4 as $$
  select p_event_type
  union all select '*'
  union all
  select array_to_string(parts[1:n], '.') || '.*'
  from (select string_to_array(p_event_type, '.') as parts) as t
  cross join lateral generate_series(1, cardinality(parts) - 1) as n
$$;
comment on function outbox.type_patterns(text) is
  'The patterns that match an event type: ticket.created gives ticket.created, ticket.* and *.';
