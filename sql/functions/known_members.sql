create or replace function outbox.known_members(p_patterns text[], p_tenant text)
returns text[] language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with newest as materialized (
    -- There is no index by type, and nobody waits for a warning: a rare type has to be among the newest of all.
    select n.* from (select e.* from outbox.events as e order by e.id desc limit 1000) as n
    where (p_tenant is null or n.tenant = p_tenant) and pg_column_size(n.data) < 16384
  ), wanted as materialized (
    select t.type
    from (select n.type from newest as n union select k.type from outbox.event_types as k where k.example is not null) as t
    where exists (select from outbox.type_patterns(t.type) as p (pattern) where p.pattern = any (p_patterns))
  )
  select array_agg(distinct m.name)
  from (
    select outbox.data_for_filter(k.example) from outbox.event_types as k join wanted as w on w.type = k.type
    union all
    (select outbox.data_for_filter(n.data) from newest as n join wanted as w on w.type = n.type order by n.id desc limit 100)
  ) as d (data)
  cross join lateral jsonb_object_keys(case when jsonb_typeof(d.data) = 'object' then d.data end) as m (name)
$$;
comment on function outbox.known_members(text[], text) is
  'The members that the data of such events has, as far as is known from examples and from the newest events. Null: nothing is known.';
