create or replace function outbox.doctor_triggers()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with wanted as (
    select w.relation, outbox.relation_name(w.relation) as relation_name, t.name,
           bool_or((w.operation = 'truncate') = (t.name = 'outbox_capture_truncate')) as needed
    from outbox.watches as w
    cross join (values ('outbox_capture'), ('outbox_capture_truncate')) as t (name)
    where outbox.relation_name(w.relation) is not null
    group by w.relation, t.name
  )
  select case when w.needed then 'error' else 'warning' end, 'table ' || w.relation_name,
         format('The trigger %s is missing: %s.', w.name, case when w.needed then 'changes make no events' else 'no watch needs it now' end),
         null::timestamptz, format('select outbox.install_triggers(%1$L, outbox.compile_capture(%1$L))', w.relation_name)
  from wanted as w
  where not exists (select from pg_trigger as t where t.tgrelid = w.relation and t.tgname = w.name and not t.tgisinternal)
  union all
  select case when w.needed then 'error' else 'warning' end, 'table ' || outbox.relation_name(t.tgrelid),
         format('The trigger %s is %s: %s.', w.name, case t.tgenabled when 'D' then 'disabled' else 'enabled for replicas only' end,
                case when w.needed then 'changes make no events' else 'no watch needs it now' end),
         null, format('alter table %s enable trigger %I', outbox.relation_name(t.tgrelid), w.name)
  from wanted as w
  -- A partition has a copy of its root's row trigger, which can be disabled by itself.
  join pg_trigger as t on t.tgname = w.name and not t.tgisinternal and (t.tgrelid = w.relation or pg_partition_root(t.tgrelid) = w.relation)
  where t.tgenabled in ('D', 'R')
$$;
comment on function outbox.doctor_triggers() is
  'Finds watched tables, and partitions of them, whose triggers are missing, disabled, or enabled for replicas only.';
