create or replace function outbox.doctor_retention(p_now timestamptz default now())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with late as (
    -- A day is left to the relays, which look every five minutes and step aside for readers.
    select p.partition_name, p.day, p.ends_at, p.ends_at + s.retention as due_at,
           e.partition_name is not null as free
    from outbox.settings as s
    cross join outbox.day_partitions() as p
    left join outbox.expired_partitions(p_now) as e on e.partition_name = p.partition_name
    where p.ends_at + s.retention < p_now - interval '1 day'
  ), kept as (
    select l.day, l.ends_at, l.due_at from late as l where not l.free order by l.ends_at limit 1
  )
  select 'warning', format('table outbox.%s', (array_agg(l.partition_name order by l.ends_at, l.partition_name))[1]),
         format('The retention is behind: %s past it for more than a day and nothing keeps %s. No relay is at work, or somebody reads them all the time. The statement takes a step at a time: repeat it until it returns no row.',
                case when count(*) = 1 then 'this day is' else format('this and %s other tables are', count(*) - 1) end, case when count(*) = 1 then 'it' else 'them' end),
         min(l.due_at), 'select * from outbox.drop_expired_partitions()'
  from late as l
  where l.free
  having count(*) > 0
  union all
  select 'warning', format('day %s', k.day), format('It is past the retention and kept, with all that is younger, by pending deliveries of %s.', outbox.webhook_label(w)), k.due_at,
         concat(case when not w.enabled then format('Enable it (update outbox.webhooks set enabled = true where id = %L)', w.id)
                     when w.paused_at is not null then format('Resume it (select outbox.resume(%L))', w.id) else 'Let it catch up' end,
                format(', or give them up: delete from outbox.pending_deliveries where webhook_id = %L and id < %L', w.id, outbox.uuid_at(k.ends_at)))
  from kept as k
  cross join lateral (select d.webhook_id from outbox.pending_deliveries as d where d.id < outbox.uuid_at(k.ends_at) order by d.id limit 1) as d
  join outbox.webhooks as w on w.id = d.webhook_id
  union all
  select 'warning', format('day %s', k.day), format('It is past the retention and kept, with all that is younger, by batch %s, which is not finished.', b.id), k.due_at,
         'See what the relays do: select * from outbox.relays'
  from kept as k
  cross join lateral (select t.id from outbox.batches as t where t.first_id < outbox.uuid_at(k.ends_at) order by t.id limit 1) as b
$$;
comment on function outbox.doctor_retention(timestamptz) is
  'Finds days that should have been dropped for more than a day, and what keeps those that cannot be.';
