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
begin
  if cardinality(v_webhooks) = 0 or p_event_ids is null then return '{}'; end if;
  perform outbox.queue_in_order(array_agg(m.event_id), array_agg(m.webhook_id))
  from outbox.matches(p_event_ids, v_first_id, v_last_id, v_webhooks) as m;
  return v_webhooks;
end
$$;
comment on function outbox.queue_ordered(uuid[]) is
  'Queues the deliveries of these events to ordered webhooks. Returns the webhooks for which that has been done.';
