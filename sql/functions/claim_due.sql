create or replace function outbox.claim_due(
  p_relay integer, p_full uuid[] default '{}', p_rooms_of uuid[] default '{}', p_rooms integer[] default '{}',
  p_limit integer default 200, p_now timestamptz default clock_timestamp())
returns table (id uuid, webhook_id uuid, version integer, event_id uuid, event_type text, attempt integer, template_id integer, body text) language sql volatile rows 200 as $$
  with due as materialized (
    select d.id
    from outbox.pending_queues() as q
    join outbox.webhooks as w on w.id = q.webhook_id and w.enabled and w.paused_at is null
    left join unnest(p_rooms_of, p_rooms) as r (webhook_id, room) on r.webhook_id = q.webhook_id
    cross join lateral (
      select p.id from outbox.pending_deliveries as p
      where p.webhook_id = q.webhook_id and p.leased_by is null and p.next_attempt_at <= p_now
      order by p.next_attempt_at
      limit coalesce(r.room, w.max_in_flight)
      for update skip locked) as d
    where q.next_attempt_at <= p_now and q.webhook_id <> all (p_full)
      and exists (select from outbox.settings as s where s.paused_at is null)
    limit p_limit
  ), claimed as (
    update outbox.pending_deliveries as d set leased_by = p_relay
    from due
    where d.id = due.id
    returning d.id, d.webhook_id, d.event_id, d.event_type, d.attempts, d.template_id
  )
  select c.id, c.webhook_id, w.version, c.event_id, c.event_type, c.attempts + 1, c.template_id, outbox.delivery_body(e, c.template_id)
  from claimed as c
  join outbox.webhooks as w on w.id = c.webhook_id
  join outbox.events as e on e.id = c.event_id
$$;
comment on function outbox.claim_due(integer, uuid[], uuid[], integer[], integer, timestamptz) is
  'Leases due deliveries of webhooks that are enabled and not paused to the relay, for each webhook as many as its lane has room for: none for p_full, p_rooms for p_rooms_of, its max_in_flight for others.';
