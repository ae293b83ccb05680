create or replace function outbox.relation_key(p_relation regclass)
returns text[] language sql stable as $$
  -- What the key's index merely includes stands after its key columns.
  select array_agg(a.attname::text order by k.position)
  from pg_index as i
  cross join lateral unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
  join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
  where i.indrelid = p_relation and i.indisprimary and k.position <= i.indnkeyatts
$$;
comment on function outbox.relation_key(regclass) is
  'The columns of a table''s primary key, in their order. Null: it has none.';
