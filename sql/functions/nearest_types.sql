create or replace function outbox.nearest_types(p_pattern text)
returns text language sql stable as $$
  -- Likeness by shared pairs of letters: enough for a misspelling, without an extension.
  select string_agg(n.type, ', ' order by n.likeness desc, n.type)
  from (
    select t.type, count(*) filter (where position(g.pair in t.type) > 0)::numeric / greatest(count(*), length(t.type) - 1) as likeness
    from outbox.event_types as t
    cross join lateral (select distinct substr(lower(p_pattern), i, 2) as pair from generate_series(1, length(p_pattern) - 1) as i) as g
    group by t.type
    having count(*) filter (where position(g.pair in t.type) > 0) * 2 > count(*)
    order by likeness desc, t.type
    limit 3) as n
$$;
comment on function outbox.nearest_types(text) is
  'The known event types most like a pattern, for hints. Null: none is.';
