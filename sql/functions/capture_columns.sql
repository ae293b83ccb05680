create or replace function outbox.capture_columns(p_watch outbox.watches)
returns text[] language sql stable as $$
  select array(
    select c.name
    from unnest(outbox.relation_columns(p_watch.relation)) with ordinality as c (name, position)
    where (p_watch.columns is null or c.name = any (p_watch.columns))
      and (p_watch.except_columns is null or c.name <> all (p_watch.except_columns))
    order by c.position)
$$;
comment on function outbox.capture_columns(outbox.watches) is
  'The columns that a watch lets into the payload, in the table''s order.';
