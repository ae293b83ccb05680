create or replace function outbox.expired_partitions(p_now timestamptz default now())
returns table (partition_name text, parent text, ends_at timestamptz) language sql stable as $$
  select b.partition_name, b.parent, b.ends_at
  from outbox.day_partitions() as b
  where b.ends_at <= p_now - (select s.retention from outbox.settings as s)
    and not exists (select from outbox.pending_deliveries as d where d.id < outbox.uuid_at(b.ends_at))
    and not exists (select from outbox.batches as t where t.first_id < outbox.uuid_at(b.ends_at))
    and not exists (
      select from outbox.events as e, outbox.event_cursor as c
      where e.txid >= pg_snapshot_xmin(c.seen) and e.id < outbox.uuid_at(b.ends_at) and not pg_visible_in_snapshot(e.txid, c.seen))
$$;
comment on function outbox.expired_partitions(timestamptz) is
  'Day partitions past the retention that hold no unread event, no open batch and no pending delivery.';
