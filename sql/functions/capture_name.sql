create or replace function outbox.capture_name(p_relation regclass)
returns text language sql stable as $$
  -- Plain letters, so that a name of 63 bytes is never cut; numbered, because a renamed or dropped table leaves its name
  -- to another one and its function must stay its own.
  select coalesce(
    (select p.proname::text
     from pg_trigger as t
     join pg_proc as p on p.oid = t.tgfoid
     where t.tgrelid = p_relation and t.tgname in ('outbox_capture', 'outbox_capture_truncate') and not t.tgisinternal
     order by t.tgname limit 1),
    (select c.name
     from generate_series(1, 1000) as n
     cross join lateral (
       select concat('capture_', left(regexp_replace(outbox.relation_name(p_relation), '[^A-Za-z0-9]+', '_', 'g'), 48), '_' || nullif(n, 1)) as name) as c
     where not exists (
       select from pg_proc as p
       where p.pronamespace = 'outbox'::regnamespace and p.proname = c.name
         and (p.prorettype <> 'trigger'::regtype or exists (select from pg_trigger as t where t.tgfoid = p.oid)))
     order by n limit 1))
$$;
comment on function outbox.capture_name(regclass) is
  'The name of the capture function of a table: the installed one''s, else one that no other table uses.';
