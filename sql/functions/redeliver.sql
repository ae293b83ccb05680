create or replace function outbox.redeliver(p_webhook_id uuid, p_event_ids uuid[])
returns integer language plpgsql as $$
#variable_conflict use_column
declare
  v_ids     uuid[] := array(select outbox.delivery_id(u.id, p_webhook_id) from unnest(p_event_ids) as u (id));
  v_first   uuid := (select u.id from unnest(v_ids) as u (id) order by u.id limit 1);
  v_last    uuid := (select u.id from unnest(v_ids) as u (id) order by u.id desc limit 1);
  v_webhook outbox.webhooks;
  v_settled outbox.settled_deliveries[];
  v_queued  integer;
begin
  select w.* into strict v_webhook from outbox.webhooks as w where w.id = p_webhook_id;
  -- What was settled is pending again; the attempt that settled it becomes an earlier one.
  with gone as (
    delete from outbox.settled_deliveries as s where s.id = any (v_ids) and s.id between v_first and v_last returning s)
  select array_agg(g.s) into v_settled from gone as g;
  insert into outbox.earlier_attempts
    (delivery_id, webhook_id, attempt, attempted_at, duration_ms, response_status, response_headers, response_body, error)
  select s.id, s.webhook_id, s.attempts, s.attempted_at, s.duration_ms, s.response_status, s.response_headers, s.response_body, s.error
  from unnest(v_settled) as s
  where s.attempts > 0
  on conflict do nothing;

  select count(*) into v_queued
  from unnest(v_ids) as u (id)
  where not exists (select from outbox.pending_deliveries as d where d.id = u.id);
  if v_webhook.ordered then
    perform outbox.queue_in_order(p_event_ids, array_fill(p_webhook_id, array[cardinality(p_event_ids)]));
  else
    insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at, template_id)
    select outbox.delivery_id(e.id, p_webhook_id), p_webhook_id, e.id, e.type, clock_timestamp(), clock_timestamp(), v_webhook.template_id
    from outbox.events as e
    where e.id = any (p_event_ids)
    on conflict do nothing;
  end if;
  update outbox.pending_deliveries as d
  set attempts = s.attempts, schedule_from = s.attempts, created_at = s.created_at, template_id = s.template_id
  from unnest(v_settled) as s
  where d.id = s.id;
  return v_queued;
end
$$;
comment on function outbox.redeliver(uuid, uuid[]) is
  'Makes the deliveries of these events to a webhook pending and due: anew where there is none, with the retry schedule from its beginning where it was settled. One that is pending already stays as it is. Returns how many became pending.';
