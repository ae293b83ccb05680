create or replace function outbox.record_delivered(
  p_relay integer, p_batch_ids bigint[], p_webhook_ids uuid[], p_event_ids uuid[], p_event_types text[], p_template_ids integer[],
  p_ages_ms real[], p_durations_ms real[], p_statuses integer[], p_headers text[], p_bodies text[],
  p_finished bigint[] default '{}')
returns void language plpgsql
  -- The plan is made once and by index: the planner cannot know how few rows are new.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
declare
  v_held bigint[] := outbox.held_batches(p_relay, p_batch_ids);
  v_now  timestamptz := clock_timestamp();
begin
  insert into outbox.settled_deliveries
    (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms, response_status, response_headers, response_body,
     template_id)
  select outbox.delivery_id(r.event_id, r.webhook_id), r.webhook_id, r.event_id, r.event_type, 'delivered', 1,
         v_now - r.age_ms * interval '1 ms', v_now - r.age_ms * interval '1 ms', r.duration_ms, r.status, r.headers, r.body,
         r.template_id
  from unnest(p_batch_ids, p_webhook_ids, p_event_ids, p_event_types, p_template_ids, p_ages_ms, p_durations_ms, p_statuses, p_headers, p_bodies)
    as r (batch_id, webhook_id, event_id, event_type, template_id, age_ms, duration_ms, status, headers, body)
  where r.batch_id = any (v_held)
  on conflict do nothing;
  perform outbox.finish_batches(p_relay, p_finished);
end
$$;
comment on function outbox.record_delivered(integer, bigint[], uuid[], uuid[], text[], integer[], real[], real[], integer[], text[], text[], bigint[]) is
  'Records deliveries of held batches that succeeded at the first attempt: one insert each, the whole cost of the usual case. Ages are milliseconds since the attempt began. Then removes the batches that this completes.';
