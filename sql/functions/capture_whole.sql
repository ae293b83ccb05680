create or replace function outbox.capture_whole(p_watch outbox.watches)
returns boolean language sql stable as $$
  select p_watch.columns is null and p_watch.except_columns is null
    and not exists (select from pg_attribute as a where a.attrelid = p_watch.relation and a.attnum > 0 and not a.attisdropped and a.attgenerated = 'v')
$$;
comment on function outbox.capture_whole(outbox.watches) is
  'Whether a watch sends the row as it is, columns that will be added later included.';
