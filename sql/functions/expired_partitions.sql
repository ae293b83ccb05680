create or replace function outbox.expired_partitions(p_now timestamptz default now())
returns table (partition_name text, parent text, ends_at timestamptz) language sql stable as $$
  select p.relname::text, r.relname::text, b.ends_at
  from pg_inherits as i
  join pg_class as p on p.oid = i.inhrelid
  join pg_class as r on r.oid = i.inhparent
  cross join lateral (
    select ((substring(p.relname from '_(\d{8})$'))::date + 1)::timestamp at time zone 'UTC' as ends_at
  ) as b
  where r.relnamespace = 'outbox'::regnamespace
    and r.relname in ('events', 'settled_deliveries', 'earlier_attempts')
    and p.relname ~ '_\d{8}$'
    and b.ends_at <= p_now - (select s.retention from outbox.settings as s)
    and not exists (select from outbox.pending_deliveries as d where d.id < outbox.uuid_at(b.ends_at))
    and not exists (select from outbox.batches as t where t.first_id < outbox.uuid_at(b.ends_at))
    and not exists (
      select from outbox.events as e, outbox.event_cursor as c
      where e.txid >= pg_snapshot_xmin(c.seen) and e.id < outbox.uuid_at(b.ends_at) and not pg_visible_in_snapshot(e.txid, c.seen))
$$;
comment on function outbox.expired_partitions(timestamptz) is
  'Day partitions past the retention that hold no unread event, no open batch and no pending delivery.';
