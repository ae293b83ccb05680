create or replace function outbox.event_portion(
  p_since timestamptz, p_until timestamptz, p_before uuid, p_after uuid, p_rows integer, p_oldest_first boolean)
returns uuid language plpgsql stable
  -- As in outbox.find_deliveries.
  set plan_cache_mode = force_custom_plan set jit = off set max_parallel_workers_per_gather = 0
as $$
declare
  v_after  uuid := greatest(outbox.uuid_at(p_since), p_after, '00000000-0000-0000-0000-000000000000');
  v_before uuid := least(outbox.uuid_at(p_until), p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
begin
  return (
    select outbox.with_tail(e.id, case when p_oldest_first then 'ffffffffffffffff' else '0000000000000000' end)
    from outbox.events as e
    where e.id > v_after and e.id < v_before
    order by case when not p_oldest_first then e.id end desc, case when p_oldest_first then e.id end
    offset p_rows
    limit 1);
end
$$;
comment on function outbox.event_portion(timestamptz, timestamptz, uuid, uuid, integer, boolean) is
  'outbox.delivery_portion for events.';
