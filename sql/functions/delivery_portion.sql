create or replace function outbox.delivery_portion(p_search outbox.delivery_search, p_rows integer)
returns uuid language plpgsql stable
  -- As in outbox.find_deliveries.
  set plan_cache_mode = force_custom_plan set jit = off set max_parallel_workers_per_gather = 0
as $$
declare
  v_first uuid := outbox.with_tail(p_search.after, '0000000000000000');
  v_last  uuid := outbox.with_tail(p_search.before, 'ffffffffffffffff');
  v_tail  text := case when p_search.oldest_first then 'ffffffffffffffff' else '0000000000000000' end;
begin
  return (
    select outbox.with_tail(f.id, v_tail)
    from (
      (select e.id from outbox.events as e
       where p_search.by_event and e.id >= v_first and e.id <= v_last
       order by case when not p_search.oldest_first then e.id end desc, case when p_search.oldest_first then e.id end offset p_rows limit 1)
      union all
      (select s.id from outbox.settled_deliveries as s
       where not p_search.by_event and coalesce(p_search.statuses && '{delivered,dead}', true)
         and s.id > p_search.after and s.id < p_search.before
         -- With its index those of one webhook are read alone.
         and (not p_search.among_few or s.status = 'dead' and (p_search.webhook_id is null or s.webhook_id = p_search.webhook_id))
       order by case when not p_search.oldest_first then s.id end desc, case when p_search.oldest_first then s.id end offset p_rows limit 1)
      union all
      (select d.id from outbox.pending_deliveries as d
       where coalesce(p_search.statuses && '{pending,held}', true) and d.id > p_search.after and d.id < p_search.before
       order by case when not p_search.oldest_first then d.id end desc, case when p_search.oldest_first then d.id end offset p_rows limit 1)
    ) as f
    order by case when not p_search.oldest_first then f.id end desc, case when p_search.oldest_first then f.id end
    limit 1);
end
$$;
comment on function outbox.delivery_portion(outbox.delivery_search, integer) is
  'How far a search can go when it reads so many rows: an id that no delivery has, to be its "after" (with oldest_first its "before"). Null: there are no more rows than that. So a search of any size can be made in portions.';
