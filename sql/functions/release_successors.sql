create or replace function outbox.release_successors(p_webhook_ids uuid[], p_order_keys bigint[])
returns void language sql volatile as $$
  update outbox.pending_deliveries as d set next_attempt_at = clock_timestamp()
  from unnest(p_webhook_ids, p_order_keys) as q (webhook_id, order_key)
  cross join lateral (
    select p.id from outbox.pending_deliveries as p
    where p.webhook_id = q.webhook_id and p.order_key = q.order_key and p.ordinal is not null
    order by p.ordinal
    limit 1) as first
  where d.id = first.id and d.next_attempt_at is null
$$;
comment on function outbox.release_successors(uuid[], bigint[]) is
  'Makes the first delivery of each of these queues due, if it was waiting for one before it. The caller holds lock_order.';
