create or replace function outbox.uninstall_plan()
returns table (step integer, statement text, why text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with triggers as (
    -- Of whatever table calls us: watched, no longer watched, or a partition that was detached. A partition's copy goes with its root's.
    select c.oid::regclass::text as relation, t.tgname
    from pg_trigger as t
    join pg_class as c on c.oid = t.tgrelid
    join pg_proc as p on p.oid = t.tgfoid
    where p.pronamespace = 'outbox'::regnamespace and c.relnamespace <> 'outbox'::regnamespace and t.tgparentid = 0 and not t.tgisinternal
  ), days as (
    select p.partition_name, (row_number() over (order by p.ends_at, p.parent) - 1) / 100 as portion, count(*) over () as partitions
    from outbox.day_partitions() as p
  ), roles as (
    select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) as names
    from pg_roles as r
    where r.rolname in ('outbox_owner', 'outbox_admin', 'outbox_relay', 'outbox_reader', 'outbox_emitter')
  ), steps (part, detail, statement, why) as (
    select 1, '', 'set lock_timeout = ''100ms''', 'Whoever waits for a lock makes the application''s writes queue behind: each step rather fails, and can be tried again.'
    union all
    select 2, format('%s %s', t.relation, t.tgname), format('drop trigger %I on %s', t.tgname, t.relation), format('%s makes no events any more.', t.relation)
    from triggers as t
    union all
    -- One transaction can lock only so many tables.
    select 3, to_char(d.portion, '000000'), format('drop table %s', string_agg(format('outbox.%I', d.partition_name), ', ' order by d.partition_name)),
           'Old days, a portion at a time: the server cannot lock them all at once.'
    from days as d
    where d.partitions > 300
    group by d.portion
    union all
    select 4, '', 'drop schema outbox cascade',
           concat('Events, deliveries, webhooks and their secrets are gone, and whatever elsewhere was built on them. Applications that call outbox.emit fail from here on.',
                  ' Roles that stay, because other databases of this server may use them: ' || r.names || '. If none does, drop them.')
    from roles as r
    union all
    select 5, '', 'reset lock_timeout', 'For what else this session does.'
  )
  select row_number() over (order by s.part, s.detail)::integer, s.statement, s.why
  from steps as s
  order by 1
$$;
comment on function outbox.uninstall_plan() is
  'What removes the outbox from this database, a statement a step, none of which waits for anybody: select statement from outbox.uninstall_plan() order by step \gexec. Relays are stopped before. The command outbox uninstall does it, and tries again what was busy.';
