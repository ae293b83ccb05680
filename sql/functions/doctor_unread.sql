create or replace function outbox.doctor_unread(p_now timestamptz default now())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable
  -- By index: where a few transactions wrote all there is, the planner would rather read all of it.
  set enable_seqscan = off
as $$
  -- The first of each of the two ranges that the cursor reads, by the index on txid.
  with oldest as (
    select min(u.occurred_at) as at
    from outbox.event_cursor as c
    cross join lateral (
      (select e.occurred_at from outbox.events as e where e.txid >= pg_snapshot_xmax(c.seen) order by e.txid limit 1)
      union all
      select f.occurred_at
      from pg_snapshot_xip(c.seen) as x (txid)
      cross join lateral (select e.occurred_at from outbox.events as e where e.txid = x.txid limit 1) as f) as u
  )
  select case when o.at < p_now - interval '10 min' then 'error' else 'warning' end, 'events',
         'Events that have been committed for more than a minute have not been read from the log by any relay.',
         o.at, 'See that a relay is at work, and read its log: select * from outbox.relays'
  from oldest as o
  where o.at < p_now - interval '1 min'
$$;
comment on function outbox.doctor_unread(timestamptz) is
  'Finds that events have been waiting in the log for more than a minute.';
