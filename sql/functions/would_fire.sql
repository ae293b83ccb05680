create or replace function outbox.would_fire()
returns table (event_id uuid, event_type text, key text, webhook_id uuid, url text, body text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  -- A filter may compare times without a zone: what it lets through must not depend on the session.
  set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_txid  xid8 := pg_current_xact_id_if_assigned();
  v_ids   uuid[] := array(select e.id from outbox.events as e where e.txid = v_txid order by e.id);
  v_first uuid := v_ids[1];
  v_last  uuid := v_ids[cardinality(v_ids)];
  v_loops uuid[] := outbox.loops_among(v_ids, v_first, v_last);
begin
  return query
    select e.id, e.type, e.key, w.id, w.url, case when w.id is not null then outbox.delivery_body(e, w.template_id) end
    from outbox.events as e
    left join outbox.matches(v_ids, v_first, v_last) as m on m.event_id = e.id and e.id <> all (v_loops)
    left join outbox.webhooks as w on w.id = m.webhook_id
    where e.txid = v_txid and e.id between v_first and v_last
    -- As they were written: two may carry the same microsecond.
    order by e.occurred_at, e.ctid, w.url, w.id;
end
$$;
comment on function outbox.would_fire() is
  'What the changes of this transaction would send if it committed now: its events in the order of their writing, each with every webhook that would get it and the exact body. Null webhook_id: nobody would. Changes that are being coalesced are no events yet.';
