create or replace function outbox.doctor_partitions(p_now timestamptz default now())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select 'warning', format('table outbox.%s', t.name),
         format('It has no partition for %s (UTC), which is %s: rows of that day go to its default partition.', d.day, d.name),
         null::timestamptz, 'select outbox.make_partitions()'
  from (values ('events'), ('settled_deliveries'), ('earlier_attempts')) as t (name)
  cross join (values ((p_now at time zone 'UTC')::date, 'today'), ((p_now at time zone 'UTC')::date + 1, 'tomorrow')) as d (day, name)
  where to_regclass('outbox.' || t.name || to_char(d.day, '_YYYYMMDD')) is null
  union all
  select 'warning', format('table outbox.%s_default', t.name), 'It holds rows, which should lie in the partitions of their days: there were none for them.',
         outbox.uuid_time(t.first_id), 'select outbox.make_partitions()'
  from (values
    ('events', (select e.id from outbox.events_default as e order by e.id limit 1)),
    ('settled_deliveries', (select s.id from outbox.settled_deliveries_default as s order by s.id limit 1)),
    ('earlier_attempts', (select a.delivery_id from outbox.earlier_attempts_default as a order by a.delivery_id limit 1))) as t (name, first_id)
  where t.first_id is not null
$$;
comment on function outbox.doctor_partitions(timestamptz) is
  'Finds day partitions that are missing for today or tomorrow, and default partitions that hold rows.';
