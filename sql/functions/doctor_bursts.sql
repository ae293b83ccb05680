create or replace function outbox.doctor_bursts(p_now timestamptz default now())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select 'warning', concat('event ', c.event_type, ' of ' || outbox.relation_name(w.relation)),
         'Bursts of changes that should be events by now are not closed: no relay does its chores.', min(c.occurred_at), 'select outbox.close_bursts()'
  from (select o.* from outbox.coalescing_changes as o order by o.id limit 10000) as c
  left join outbox.watches as w on w.id = c.watch_id
  where c.occurred_at + coalesce(w.coalesce_for, interval '0') < p_now - interval '1 min'
  group by c.event_type, w.relation
$$;
comment on function outbox.doctor_bursts(timestamptz) is
  'Finds bursts of changes (watches.coalesce_for) that are not closed a minute after their time, among the 10,000 oldest changes.';
