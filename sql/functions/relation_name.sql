create or replace function outbox.relation_name(p_relation regclass)
returns text language sql stable as $$
  select format('%I.%I', n.nspname, c.relname)
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.oid = p_relation
$$;
comment on function outbox.relation_name(regclass) is
  'The name of a table with its schema, whatever the search_path. Null: there is no such table any more.';
