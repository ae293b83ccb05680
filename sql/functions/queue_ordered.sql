-- Deliveries of ordered webhooks are queued in the transaction that cuts their events from the log: cuts follow each other,
-- so the queue has the order in which the events were committed, whichever relay carries them.
create or replace function outbox.queue_ordered(p_event_ids uuid[])
returns uuid[] language plpgsql
  -- A filter may compare times without a zone.
  set timezone = 'UTC'
as $$
declare
  v_webhooks uuid[] := array(select w.id from outbox.webhooks as w where w.ordered and w.enabled);
  v_first_id uuid := (select u.id from unnest(p_event_ids) as u (id) order by u.id limit 1);
  v_last_id  uuid := (select u.id from unnest(p_event_ids) as u (id) order by u.id desc limit 1);
  v_events   uuid[];
  v_takers   uuid[];
  v_loops    uuid[];
begin
  if cardinality(v_webhooks) = 0 or p_event_ids is null then return '{}'; end if;
  select array_agg(m.event_id), array_agg(m.webhook_id) into v_events, v_takers
  from outbox.matches(p_event_ids, v_first_id, v_last_id, v_webhooks) as m;
  -- settle_loops, which the relay calls for the batch, settles those as dead.
  v_loops := outbox.loops_among(v_events, v_first_id, v_last_id);
  perform outbox.queue_in_order(array_agg(q.event_id), array_agg(q.webhook_id))
  from unnest(v_events, v_takers) as q (event_id, webhook_id)
  where q.event_id <> all (v_loops);
  return v_webhooks;
end
$$;
comment on function outbox.queue_ordered(uuid[]) is
  'Queues the deliveries of these events to ordered webhooks. Returns the webhooks for which that has been done.';
