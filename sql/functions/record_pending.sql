create or replace function outbox.record_pending(
  p_relay integer, p_batch_ids bigint[], p_webhook_ids uuid[], p_event_ids uuid[], p_event_types text[], p_template_ids integer[], p_leased boolean)
returns void language plpgsql
  -- The plan is made once and by index: the planner cannot know how few rows are new.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
declare
  v_held bigint[] := outbox.held_batches(p_relay, p_batch_ids);
begin
  insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, leased_by, created_at, template_id)
  select outbox.delivery_id(r.event_id, r.webhook_id), r.webhook_id, r.event_id, r.event_type, clock_timestamp(),
         case when p_leased then p_relay end, clock_timestamp(), r.template_id
  from unnest(p_batch_ids, p_webhook_ids, p_event_ids, p_event_types, p_template_ids)
    as r (batch_id, webhook_id, event_id, event_type, template_id)
  where r.batch_id = any (v_held)
    -- one that was deleted meanwhile wants nothing any more
    and exists (select from outbox.webhooks as w where w.id = r.webhook_id)
    -- Recorded once already, by a relay that did not hear the answer, and settled since.
    and not exists (select from outbox.settled_deliveries as s where s.id = outbox.delivery_id(r.event_id, r.webhook_id))
  on conflict do nothing;
end
$$;
comment on function outbox.record_pending(integer, bigint[], uuid[], uuid[], text[], integer[], boolean) is
  'Makes pending rows of deliveries of held batches: free and due at once (they had to wait), or leased to the relay (their first attempt failed and is recorded next). What has a row already, pending or settled, gets no second one.';
