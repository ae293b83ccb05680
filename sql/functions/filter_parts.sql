create or replace function outbox.filter_parts(p_filter jsonpath)
returns text[] language sql immutable parallel safe as $$
  -- jsonpath prints the mode in front, where it is not lax. A part of a strict filter is strict, too.
  select array(
    select s.mode || c.part
    from unnest(outbox.conjuncts(substr(p_filter::text, length(s.mode) + 1))) with ordinality as c (part, position)
    order by c.position)
  from (select case when p_filter::text like 'strict %' then 'strict ' else '' end as mode) as s
$$;
comment on function outbox.filter_parts(jsonpath) is
  'The parts of a filter that all have to let the data through, each a filter of its own, as text without needless brackets. A filter that is no conjunction is its only part.';
