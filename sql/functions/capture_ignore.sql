create or replace function outbox.capture_ignore(p_watch outbox.watches)
returns text language sql stable as $$
  -- Whole rows are compared, with the ignored columns levelled: a column that this function does not know yet counts.
  select case when cardinality(i.names) > 0 then concat(
    case when p_watch.condition is not null then E'\n      if v_fires then' end,
    E'\n      if v_wide then',
    outbox.capture_compare(p_watch.relation, array(
      select c.name from unnest(outbox.relation_columns(p_watch.relation)) with ordinality as c (name, position)
      where c.name <> all (i.names) order by c.position), 'v_fires'),
    E'\n      else',
    E'\n        v_rest := new;',
    (select string_agg(format(E'\n        v_rest.%1$I := old.%1$I;', n.name), '' order by n.position) from unnest(i.names) with ordinality as n (name, position)),
    E'\n        v_fires := old *<> v_rest;',
    E'\n      end if;',
    case when p_watch.condition is not null then E'\n      end if;' end) end
  from (
    select array(select n.name from unnest(p_watch.ignore_columns) with ordinality as n (name, position)
                 where n.name = any (outbox.relation_columns(p_watch.relation)) order by n.position) as names
  ) as i
$$;
comment on function outbox.capture_ignore(outbox.watches) is
  'Source of the statements that hold an update back when it changed nothing but ignored columns. Used to compile capture functions.';
