create or replace function outbox.capture_signature(p_watch outbox.watches)
returns text language sql immutable as $$
  select md5(row(p_watch.operation, p_watch.columns, p_watch.except_columns, p_watch.key_columns, p_watch.tenant_column, p_watch.enrich)::text)
$$;
comment on function outbox.capture_signature(outbox.watches) is
  'The same for two watches of a table that make the same key, tenant and data. Used to compile capture functions.';
