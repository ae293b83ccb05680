create or replace function outbox.stale_captures()
returns table (relation regclass, capture_function text) language sql stable as $$
  select w.relation, p.proname::text
  from (select distinct w.relation from outbox.watches as w) as w
  join pg_trigger as t on t.tgrelid = w.relation and t.tgname = 'outbox_capture' and not t.tgisinternal
  join pg_proc as p on p.oid = t.tgfoid
  where p.prosrc is distinct from outbox.capture_source(w.relation)
$$;
comment on function outbox.stale_captures() is
  'The watched tables whose capture function is not what their watches, columns and the settings would make it now.';
