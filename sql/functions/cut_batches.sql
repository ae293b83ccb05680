-- Reading a log in which ids do not commit in order. The cursor holds a snapshot; new events are those of transactions
-- that are visible now and were not visible then. They lie in two ranges of the index on txid: what began after the
-- snapshot (txid >= its xmax), and the few transactions that were in progress in it. Nothing is marked, nothing is
-- updated, a long transaction delays only its own events.
--
-- The cursor's row is locked in a statement of its own, before the statement whose snapshot decides: one that waited
-- for the lock would decide with a snapshot older than the cursor.
create or replace function outbox.cut_batches(p_relay integer, p_max_events integer default 20000)
returns bigint language plpgsql as $$
declare
  v_cursor outbox.event_cursor;
  v_now    pg_snapshot;
  v_last   xid8;
  v_own    bigint;
begin
  select * into v_cursor from outbox.event_cursor for update skip locked;
  if not found then return null; end if;
  perform outbox.check_identity(v_cursor);

  select pg_current_snapshot(),
         (select e.txid from outbox.events as e
          where e.txid >= pg_snapshot_xmax(v_cursor.seen)
          order by e.txid offset p_max_events limit 1)
  into v_now, v_last;
  if v_last is not null then
    v_now := outbox.snapshot_up_to(v_now, v_last);   -- a long backlog is cut in portions
  end if;

  with unread as materialized (
    select e.id, pg_column_size(e.data) as bytes
    from outbox.events as e
    where e.txid >= pg_snapshot_xmax(v_cursor.seen) and e.txid < pg_snapshot_xmax(v_now) and pg_visible_in_snapshot(e.txid, v_now)
    union all
    select e.id, pg_column_size(e.data)
    from outbox.events as e
    where e.txid = any (array(select pg_snapshot_xip(v_cursor.seen))) and pg_visible_in_snapshot(e.txid, v_now)
  ), numbered as (
    -- At most 500 events, and about 4 MiB, a batch.
    select u.id, greatest((row_number() over w - 1) / 500, sum(u.bytes) over w / 4194304) as number
    from unread as u
    window w as (order by u.id rows unbounded preceding)
  ), made as (
    insert into outbox.batches (event_ids, first_id, last_id, leased_by)
    select array_agg(n.id order by n.id), (array_agg(n.id order by n.id))[1], (array_agg(n.id order by n.id desc))[1],
           case when row_number() over (order by n.number) = 1 then p_relay end
    from numbered as n
    group by n.number
    order by n.number
    returning id, leased_by
  )
  select m.id into v_own from made as m where m.leased_by = p_relay;

  -- Without events the cursor follows once a second, so that polling writes next to nothing.
  if v_own is not null or v_cursor.cut_at < clock_timestamp() - interval '1 s' then
    update outbox.event_cursor set seen = v_now, cut_at = clock_timestamp();
  end if;
  return v_own;
end
$$;
comment on function outbox.cut_batches(integer, integer) is
  'Cuts the events committed since the last cut into batches, at most about p_max_events of them (one transaction''s are never divided), and leases the first batch to the relay. Returns that batch; null when there was nothing to cut, or another relay is cutting.';
