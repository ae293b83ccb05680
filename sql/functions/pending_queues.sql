create or replace function outbox.pending_queues()
returns table (webhook_id uuid, next_attempt_at timestamptz) language sql stable as $$
  -- A loose scan of the index: one probe a webhook, however long its queue.
  with recursive queue as (
    (select d.webhook_id, d.next_attempt_at from outbox.pending_deliveries as d
     where d.leased_by is null order by d.webhook_id, d.next_attempt_at limit 1)
    union all
    select n.webhook_id, n.next_attempt_at
    from queue as q
    cross join lateral (
      select d.webhook_id, d.next_attempt_at from outbox.pending_deliveries as d
      where d.leased_by is null and d.webhook_id > q.webhook_id order by d.webhook_id, d.next_attempt_at limit 1) as n
  )
  select q.webhook_id, q.next_attempt_at from queue as q
$$;
comment on function outbox.pending_queues() is
  'The webhooks that have deliveries waiting and not leased, each with the time of the earliest.';
