-- Reading a log in which ids do not commit in order. The cursor holds a snapshot; new events are those of transactions
-- that are visible now and were not visible then. They lie in two ranges of the index on txid: what began after the
-- snapshot (txid >= its xmax), and the few transactions that were in progress in it. Nothing is marked, nothing is
-- updated, a long transaction delays only its own events.
--
-- One statement reads the events and tells its own snapshot, which becomes the cursor: so the two cannot disagree. Only
-- then is the cursor locked, and only if it has not moved since it was read: whoever polls an idle log writes nothing.
create or replace function outbox.cut_batches(p_relay integer, p_max_events integer default 20000)
returns bigint language plpgsql as $$
#variable_conflict use_column
declare
  v_cursor   outbox.event_cursor;
  v_now      pg_snapshot;
  v_ids      uuid[];
  v_bytes    integer[];
  v_context  boolean[];
  v_in_order boolean := exists (select from outbox.webhooks as w where w.ordered and w.enabled);
  v_ordered  uuid[] := '{}';
  v_own      bigint;
begin
  select c.* into strict v_cursor from outbox.event_cursor as c;
  select u.seen, u.ids, u.bytes, u.with_context into v_now, v_ids, v_bytes, v_context
  -- Portions are taken by transaction id, which is not the order of changes: what is ordered is read whole.
  from outbox.unread_events(v_cursor.seen, case when v_in_order then 1000000000 else p_max_events end) as u;
  -- Without events the cursor follows once a second, so that the range it reads stays short.
  if v_ids is null and v_cursor.cut_at > clock_timestamp() - interval '1 s' then return null; end if;

  perform from outbox.event_cursor as c where c.seen::text = v_cursor.seen::text for update skip locked;
  if not found then return null; end if;
  perform outbox.check_identity(v_cursor);

  if v_in_order then v_ordered := outbox.queue_ordered(v_ids); end if;
  with numbered as (
    -- At most 500 events, and about 4 MiB, a batch.
    select u.id, u.has_context, greatest((row_number() over w - 1) / 500, sum(u.bytes) over w / 4194304) as number
    from unnest(v_ids, v_bytes, v_context) as u (id, bytes, has_context)
    window w as (order by u.id rows unbounded preceding)
  ), made as (
    insert into outbox.batches (event_ids, first_id, last_id, leased_by, ordered_for, has_context)
    select array_agg(n.id order by n.id), (array_agg(n.id order by n.id))[1], (array_agg(n.id order by n.id desc))[1],
           case when row_number() over (order by n.number) = 1 then p_relay end, v_ordered, bool_or(n.has_context)
    from numbered as n
    group by n.number
    order by n.number
    returning id, leased_by
  )
  select m.id into v_own from made as m where m.leased_by = p_relay;
  update outbox.event_cursor set seen = v_now, cut_at = clock_timestamp();
  return v_own;
end
$$;
comment on function outbox.cut_batches(integer, integer) is
  'Cuts the events committed since the last cut into batches, at most about p_max_events of them (one transaction''s are never divided, and where a webhook is ordered nothing is), and leases the first batch to the relay. Returns that batch; null when there was nothing to cut, or another relay was cutting.';
