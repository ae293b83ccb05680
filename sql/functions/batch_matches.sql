create or replace function outbox.batch_matches(p_batch_id bigint)
returns table (webhook_id uuid, version integer, event_ids uuid[], template_id integer, bodies text[]) language plpgsql rows 10
  -- The plan is made once and by index: the planner cannot know how few rows a batch has.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
  -- A filter may compare times without a zone: what it lets through must not depend on the session.
  set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_batch outbox.batches;
  v_loops uuid[] := '{}';
begin
  select b.* into strict v_batch from outbox.batches as b where b.id = p_batch_id;
  if v_batch.has_context then v_loops := outbox.settle_loops(v_batch); end if;
  return query
    select d.webhook_id, w.version, d.event_ids, w.template_id,
           case when w.template_id is not null then outbox.templated_bodies(d.event_ids, w.template_id) end
    from (
      select m.webhook_id, array_agg(m.event_id order by m.event_id) as event_ids
      from outbox.matches(v_batch.event_ids, v_batch.first_id, v_batch.last_id) as m
      where m.webhook_id <> all (v_batch.ordered_for) and m.event_id <> all (v_loops)
        -- What the relay that left it had recorded is not sent again.
        and (v_batch.take_overs = 0 or not outbox.is_recorded(m.event_id, m.webhook_id))
      group by m.webhook_id) as d
    cross join lateral (select h.version, h.template_id from outbox.webhooks as h where h.id = d.webhook_id offset 0) as w;
end
$$;
comment on function outbox.batch_matches(bigint) is
  'The deliveries of a batch that are not recorded yet, by webhook, oldest event first; where a webhook has its own body, the bodies in the same order.';
