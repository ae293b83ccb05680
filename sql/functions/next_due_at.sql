create or replace function outbox.next_due_at()
returns timestamptz language sql stable as $$
  with recursive webhook_queue as (
    (select d.webhook_id, d.next_attempt_at from outbox.pending_deliveries as d
     where d.leased_by is null order by d.webhook_id, d.next_attempt_at limit 1)
    union all
    select n.webhook_id, n.next_attempt_at
    from webhook_queue as q
    cross join lateral (
      select d.webhook_id, d.next_attempt_at from outbox.pending_deliveries as d
      where d.leased_by is null and d.webhook_id > q.webhook_id order by d.webhook_id, d.next_attempt_at limit 1) as n
  )
  select min(q.next_attempt_at) from webhook_queue as q join outbox.webhooks as w on w.id = q.webhook_id where w.enabled
$$;
comment on function outbox.next_due_at() is
  'When the next pending delivery of an enabled webhook is due. Null: none is pending.';
