create or replace function outbox.capture_keys(p_watch outbox.watches)
returns text[] language sql stable as $$
  select case when p_watch.operation = 'truncate' then '{}' else
    coalesce(p_watch.key_columns,
             array(select k.name from unnest(outbox.relation_key(p_watch.relation)) with ordinality as k (name, position)
                   where k.name <> all (coalesce(p_watch.except_columns, '{}')) order by k.position)) end
$$;
comment on function outbox.capture_keys(outbox.watches) is
  'The columns that name the row in the events of a watch. They are sent even where columns does not list them; except_columns keeps them out. Empty: none.';
