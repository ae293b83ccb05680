create or replace function outbox.uninstall_losses()
returns table (what text, number bigint, detail text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with dependents as (
    select distinct format('view %s', c.oid::regclass) as name
    from pg_depend as d
    join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
    join pg_class as c on c.oid = r.ev_class and c.relnamespace <> 'outbox'::regnamespace
    where (d.refclassid = 'pg_class'::regclass and d.refobjid in (select o.oid from pg_class as o where o.relnamespace = 'outbox'::regnamespace))
       or (d.refclassid = 'pg_proc'::regclass and d.refobjid in (select o.oid from pg_proc as o where o.pronamespace = 'outbox'::regnamespace))
    union all
    select format('constraint %I of %s', k.conname, k.conrelid::regclass)
    from pg_constraint as k
    join pg_class as t on t.oid = k.confrelid and t.relnamespace = 'outbox'::regnamespace
    join pg_class as c on c.oid = k.conrelid and c.relnamespace <> 'outbox'::regnamespace
    union all
    select format('function %s, which will fail', p.oid::regprocedure)
    from pg_proc as p
    where p.prosrc ~ '\moutbox\.' and p.pronamespace <> 'outbox'::regnamespace
  )
  select 'webhooks', (select count(*) from outbox.webhooks), 'with their secrets'
  union all
  select 'watches', (select count(*) from outbox.watches), null
  union all
  select 'pending deliveries', (select count(*) from outbox.pending_deliveries), 'not delivered yet'
  union all
  select 'unfinished batches', (select count(*) from outbox.batches), 'of up to 500 events each, not delivered yet'
  union all
  select x.name, s.rows, 'as the statistics estimate it: ' || s.size
  from outbox.storage as s
  join (values ('events', 'events'), ('settled_deliveries', 'settled deliveries')) as x (table_name, name) on x.table_name = s.table_name
  union all
  select 'objects elsewhere', count(*), string_agg(d.name, ', ' order by d.name)
  from dependents as d
$$;
comment on function outbox.uninstall_losses() is
  'What is lost when the outbox is removed from this database, and what is built on it elsewhere. Detail: null where there is nothing to add.';
