create or replace function outbox.relation_columns(p_relation regclass)
returns text[] language sql stable as $$
  -- A virtual generated column has no value in a trigger's rows.
  select coalesce(array_agg(a.attname::text order by a.attnum), '{}')
  from pg_attribute as a
  where a.attrelid = p_relation and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
$$;
comment on function outbox.relation_columns(regclass) is
  'The columns of a table that a trigger can read, in their order.';
