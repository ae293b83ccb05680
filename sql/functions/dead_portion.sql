create or replace function outbox.dead_portion(p_webhook_id uuid, p_after uuid, p_before uuid, p_event_types text[], p_limit integer)
returns uuid[] language plpgsql stable
  -- Planned for this span, so that only its partitions are asked.
  set plan_cache_mode = force_custom_plan
as $$
declare
  v_first uuid := outbox.with_tail(p_after, '0000000000000000');
  v_likes text[] := outbox.like_patterns(p_event_types);
  v_last  uuid;
begin
  -- Events of the same instant stay together: their deliveries are in another order than they are.
  select outbox.with_tail(s.id, 'ffffffffffffffff') into v_last
  from outbox.settled_deliveries as s
  where s.webhook_id = p_webhook_id and s.status = 'dead' and s.id >= v_first and s.id < p_before and s.event_id > p_after
    and (v_likes is null or s.event_type like any (v_likes))
    and exists (select from outbox.events as e where e.id = s.event_id offset 0)
  order by s.id
  offset p_limit - 1
  limit 1;
  return (
    select array_agg(s.event_id order by s.event_id)
    from outbox.settled_deliveries as s
    where s.webhook_id = p_webhook_id and s.status = 'dead' and s.id >= v_first and s.id < least(p_before, v_last) and s.event_id > p_after
      and (v_likes is null or s.event_type like any (v_likes))
      and exists (select from outbox.events as e where e.id = s.event_id offset 0));
end
$$;
comment on function outbox.dead_portion(uuid, uuid, uuid, text[], integer) is
  'The next events between two ids whose delivery to this webhook is dead, of types that match one of the patterns: as many as given, or a few more. Null: there are no more.';
