create or replace function outbox.next_due_at()
returns timestamptz language sql stable as $$
  select min(q.next_attempt_at) from outbox.pending_queues() as q join outbox.webhooks as w on w.id = q.webhook_id where w.enabled and w.paused_at is null
$$;
comment on function outbox.next_due_at() is
  'When the next pending delivery of an enabled webhook is due. Null: none is pending.';
