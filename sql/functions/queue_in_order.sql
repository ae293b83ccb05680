create or replace function outbox.queue_in_order(p_event_ids uuid[], p_webhook_ids uuid[])
returns void language plpgsql as $$
begin
  if p_event_ids is null then return; end if;
  perform outbox.lock_order(p_webhook_ids);
  -- A new statement, so that it sees what has been settled while we waited for the lock.
  insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at, template_id, ordinal, order_key)
  select outbox.delivery_id(q.id, q.webhook_id), q.webhook_id, q.id, q.type,
         case when q.place = 1 and not exists (
           select from outbox.pending_deliveries as d
           where d.webhook_id = q.webhook_id and d.order_key = q.order_key and d.ordinal is not null) then clock_timestamp() end,
         clock_timestamp(), q.template_id, nextval('outbox.delivery_ordinals'), q.order_key
  from (
    select e.id, e.type, w.id as webhook_id, w.template_id, k.order_key,
           row_number() over (partition by w.id, k.order_key order by e.occurred_at, e.id) as place
    from unnest(p_event_ids, p_webhook_ids) as r (event_id, webhook_id)
    join outbox.events as e on e.id = r.event_id
    join outbox.webhooks as w on w.id = r.webhook_id
    -- Events without a key are one queue.
    cross join lateral (select hashtextextended(coalesce(e.key, ''), 0) as order_key) as k
    order by e.occurred_at, e.id) as q
  on conflict do nothing;
end
$$;
comment on function outbox.queue_in_order(uuid[], uuid[]) is
  'Makes pending deliveries of these pairs of event and ordered webhook: the first of each key is due, the others wait for the one before.';
