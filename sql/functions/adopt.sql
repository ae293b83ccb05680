create or replace function outbox.adopt(what_is_pending text)
returns table (pending_deliveries bigint, unread_events bigint) language plpgsql as $$
declare
  v_cursor  outbox.event_cursor;
  v_unread  uuid[];
  v_ordered uuid[];
begin
  if what_is_pending is null or what_is_pending not in ('hold', 'deliver', 'discard') then
    raise exception 'argument "what_is_pending" is %', coalesce(quote_literal(what_is_pending), 'null')
      using errcode = 'OB001',
            hint = 'It is one of hold (webhooks are disabled and their deliveries held), deliver (all is sent from here) and discard (what was not sent yet never is).';
  end if;
  select c.* into strict v_cursor from outbox.event_cursor as c for update;
  if what_is_pending = 'hold' then
    update outbox.webhooks as w set enabled = false, disabled_reason = 'This database is a copy, adopted with hold.' where w.enabled;
  end if;

  -- The log carries the original's transaction ids: what its cursor had not seen becomes batches by hand. What the
  -- original was sending when the copy was made is free again, marked so that nothing recorded is sent twice.
  select count(*) into pending_deliveries from outbox.pending_deliveries;
  v_unread := array(
    select e.id from outbox.events as e
    where e.txid >= pg_snapshot_xmin(v_cursor.seen) and not pg_visible_in_snapshot(e.txid, v_cursor.seen)
    order by e.id);
  v_ordered := outbox.queue_ordered(v_unread);
  insert into outbox.batches (event_ids, first_id, last_id, ordered_for)
  select array_agg(n.id order by n.id), (array_agg(n.id order by n.id))[1], (array_agg(n.id order by n.id desc))[1], v_ordered
  from (select u.id, (u.number - 1) / 500 as part from unnest(v_unread) with ordinality as u (id, number)) as n
  group by n.part;
  update outbox.batches as b set leased_by = null, take_overs = b.take_overs + 1;
  update outbox.pending_deliveries as d set leased_by = null where d.leased_by is not null;
  delete from outbox.registered_relays;
  select coalesce(sum(cardinality(b.event_ids)), 0) into unread_events from outbox.batches as b;
  if what_is_pending = 'discard' then
    delete from outbox.pending_deliveries;
    delete from outbox.batches;
  end if;

  -- Transaction ids start anew in another cluster: those that lie ahead here would count as not read, again and again.
  update outbox.events as e set txid = '3' where e.txid >= pg_snapshot_xmin(pg_current_snapshot());
  update outbox.event_cursor as c
  set seen = pg_current_snapshot(), cut_at = clock_timestamp(), system_identifier = control.system_identifier, database_oid = db.oid
  from pg_control_system() as control, pg_database as db
  where db.datname = current_database();
  perform outbox.audit('database.adopted', null, null,
    json_build_object('what_is_pending', what_is_pending, 'pending_deliveries', pending_deliveries, 'unread_events', unread_events));
  return next;
end
$$;
comment on function outbox.adopt(text) is
  'Takes over a restored or cloned database, so that relays work on it: what is pending or unread is held (webhooks disabled), delivered from here, or discarded. Call it while no application writes. Returns how many pending deliveries and unread events that were. Raises OB001 for another word.';
