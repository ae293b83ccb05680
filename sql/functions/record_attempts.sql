create or replace function outbox.record_attempts(
  p_relay integer, p_event_ids uuid[], p_webhook_ids uuid[], p_attempts integer[], p_delivered boolean[], p_ages_ms real[], p_durations_ms real[],
  p_statuses integer[], p_headers text[], p_bodies text[], p_errors text[], p_retry_after_s real[])
returns table (id uuid, webhook_id uuid, status text, next_attempt_at timestamptz) language plpgsql
  -- The plan is made once and by index: the planner cannot know how few rows are new.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
declare
  v_now      timestamptz := clock_timestamp();
  v_settings outbox.settings;
  v_ordered  uuid[];
  v_keys     bigint[];
begin
  select * into strict v_settings from outbox.settings;
  select array_agg(d.webhook_id), array_agg(d.order_key) into v_ordered, v_keys
  from unnest(p_event_ids, p_webhook_ids) as r (event_id, webhook_id)
  join outbox.pending_deliveries as d on d.id = outbox.delivery_id(r.event_id, r.webhook_id)
  where d.ordinal is not null;
  if v_ordered is not null then perform outbox.lock_order(v_ordered); end if;
  return query
    with result as materialized (
      select d.id, r.attempt, r.delivered, v_now - r.age_ms * interval '1 ms' as attempted_at, r.duration_ms, r.status, r.headers, r.body, r.error,
             d.webhook_id, d.event_id, d.event_type, d.created_at, d.template_id,
             case when not r.delivered and w.id is not null then
               outbox.retry_wait(r.attempt - d.schedule_from, coalesce(w.retry_schedule, v_settings.retry_schedule), r.retry_after_s * interval '1 s', v_settings.max_retry_after)
             end as wait
      from unnest(p_event_ids, p_webhook_ids, p_attempts, p_delivered, p_ages_ms, p_durations_ms, p_statuses, p_headers, p_bodies, p_errors, p_retry_after_s)
        as r (event_id, webhook_id, attempt, delivered, age_ms, duration_ms, status, headers, body, error, retry_after_s)
      -- The fence: only the holder of the lease, and only the attempt that comes next.
      join outbox.pending_deliveries as d on d.id = outbox.delivery_id(r.event_id, r.webhook_id) and d.leased_by = p_relay and d.attempts = r.attempt - 1
      left join outbox.webhooks as w on w.id = d.webhook_id
      for update of d
    ), retried as (
      update outbox.pending_deliveries as d
      set attempts = r.attempt, next_attempt_at = v_now + outbox.with_jitter(r.wait), leased_by = null
      from result as r
      where d.id = r.id and r.wait is not null
      returning d.id, d.webhook_id, d.next_attempt_at
    ), earlier as (
      insert into outbox.earlier_attempts (delivery_id, webhook_id, attempt, attempted_at, duration_ms, response_status, response_headers, response_body, error)
      select r.id, r.webhook_id, r.attempt, r.attempted_at, r.duration_ms, r.status, r.headers, r.body, r.error
      from result as r
      where r.wait is not null
      on conflict do nothing
    ), ended as (
      delete from outbox.pending_deliveries as d using result as r where d.id = r.id and r.wait is null
    ), settled as (
      insert into outbox.settled_deliveries
        (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms, response_status, response_headers, response_body, error, template_id)
      select r.id, r.webhook_id, r.event_id, r.event_type, case when r.delivered then 'delivered' else 'dead' end, r.attempt,
             r.created_at, r.attempted_at, r.duration_ms, r.status, r.headers, r.body, r.error, r.template_id
      from result as r
      where r.wait is null
      on conflict do nothing   -- a key that is taken would make the relay repeat this for ever
      returning id, webhook_id, status
    )
    select r.id, r.webhook_id, 'pending', r.next_attempt_at from retried as r
    union all
    select s.id, s.webhook_id, s.status, null from settled as s;
  if v_ordered is not null then perform outbox.release_successors(v_ordered, v_keys); end if;
end
$$;
comment on function outbox.record_attempts(integer, uuid[], uuid[], integer[], boolean[], real[], real[], integer[], text[], text[], text[], real[]) is
  'Moves pending deliveries on after an attempt: delivered, dead when the schedule is used up, else pending with the time of the next attempt. Only rows leased to this relay and only their next attempt; others are left alone. Returns those it moved.';
