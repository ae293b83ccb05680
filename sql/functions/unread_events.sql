create or replace function outbox.unread_events(p_seen pg_snapshot, p_max_events integer, out seen pg_snapshot, out ids uuid[], out bytes integer[],
  out with_context boolean[])
language plpgsql as $$
#variable_conflict use_column
declare
  v_in_progress xid8[] := array(select pg_snapshot_xip(p_seen));
  v_txids       xid8[];
  v_last        xid8;
begin
  select pg_current_snapshot(), array_agg(f.id), array_agg(f.bytes), array_agg(f.with_context), array_agg(f.txid)
  into seen, ids, bytes, with_context, v_txids
  from (
    select e.id, e.txid, pg_column_size(e.data) as bytes, e.context is not null as with_context
    from outbox.events as e
    where e.txid >= pg_snapshot_xmax(p_seen)
    order by e.txid
    limit p_max_events + 1) as f;

  if cardinality(ids) > p_max_events then
    -- A long backlog is read in portions. The last transaction may be incomplete and waits, unless it is the only one.
    select max(t.txid) into v_last from unnest(v_txids) as t (txid) where t.txid < v_txids[cardinality(v_txids)];
    seen := outbox.snapshot_up_to(seen, coalesce(v_last, v_txids[1]));
    select array_agg(e.id), array_agg(pg_column_size(e.data)), array_agg(e.context is not null) into ids, bytes, with_context
    from outbox.events as e
    where e.txid >= pg_snapshot_xmax(p_seen) and e.txid < pg_snapshot_xmax(seen) and pg_visible_in_snapshot(e.txid, seen);
  end if;

  if cardinality(v_in_progress) > 0 then
    select ids || array_agg(e.id), bytes || array_agg(pg_column_size(e.data)), with_context || array_agg(e.context is not null)
    into ids, bytes, with_context
    from outbox.events as e
    where e.txid = any (v_in_progress) and pg_visible_in_snapshot(e.txid, seen);
  end if;
end
$$;
comment on function outbox.unread_events(pg_snapshot, integer) is
  'The events of transactions that a snapshot did not see, at most about so many, with their sizes and whether they have a context, and the snapshot that sees them. Null ids: there are none.';
