create or replace function outbox.batch_matches(p_batch_id bigint)
returns table (webhook_id uuid, version integer, event_ids uuid[]) language plpgsql stable rows 10
  -- The plan is made once and by index: the planner cannot know how few rows a batch has.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
declare
  v_batch outbox.batches;
begin
  select b.* into strict v_batch from outbox.batches as b where b.id = p_batch_id;
  if v_batch.take_overs = 0 then
    return query
      select m.webhook_id, w.version, array_agg(m.event_id order by m.event_id)
      from outbox.matches(v_batch.event_ids, v_batch.first_id, v_batch.last_id) as m
      join outbox.webhooks as w on w.id = m.webhook_id
      group by m.webhook_id, w.version;
  else
    -- What the relay that left it had recorded is not sent again.
    return query
      select m.webhook_id, w.version, array_agg(m.event_id order by m.event_id)
      from outbox.matches(v_batch.event_ids, v_batch.first_id, v_batch.last_id) as m
      join outbox.webhooks as w on w.id = m.webhook_id
      where not exists (select from outbox.settled_deliveries as s where s.id = outbox.delivery_id(m.event_id, m.webhook_id))
        and not exists (select from outbox.pending_deliveries as p where p.id = outbox.delivery_id(m.event_id, m.webhook_id))
      group by m.webhook_id, w.version;
  end if;
end
$$;
comment on function outbox.batch_matches(bigint) is
  'The deliveries of a batch that are not recorded yet, by webhook.';
