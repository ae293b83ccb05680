create or replace function outbox.doctor_capture_failures(p_now timestamptz default now())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with recent as (
    select n.*
    from (select f.* from outbox.capture_failures as f order by f.id desc limit 10000) as n
    where n.failed_at > p_now - interval '1 day'
  ), grouped as (
    select r.relation, r.event_type, r.failed, count(*) as failures, min(r.failed_at) as since, (array_agg(r.message order by r.id desc))[1] as latest
    from recent as r
    group by r.relation, r.event_type, r.failed
  )
  select case g.failed when 'condition' then 'error' else 'warning' end,
         format('watch %s of %s', g.event_type, g.relation),
         format('In the last day its %s failed in %s: %s. The last time: %s', g.failed,
                case when g.failures = 1 then '1 transaction' else g.failures || ' transactions' end,
                case g.failed when 'condition' then 'no event was made' when 'payload' then 'the event went without its row' else 'the event went without data.enriched' end,
                left(regexp_replace(g.latest, '\s+', ' ', 'g'), 200)),
         g.since,
         concat('Correct it with outbox.watch', ' (now: ' || c.calls || ')',
                format(', then: delete from outbox.capture_failures where relation = %L and event_type = %L and failed = %L', g.relation, g.event_type, g.failed))
  from grouped as g
  cross join lateral (
    select string_agg(outbox.watch_call(w), '; ' order by w.id) as calls
    from outbox.watches as w
    where w.event_type = g.event_type and outbox.relation_name(w.relation) = g.relation) as c
$$;
comment on function outbox.doctor_capture_failures(timestamptz) is
  'Finds watches that could not be evaluated in the last day, among the 10,000 newest failures.';
