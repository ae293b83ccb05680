create or replace function outbox.count_deliveries(webhook_id uuid default null)
returns table (pending integer, held integer, dead integer) language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_variable
begin
  return query
    select least(count(*) filter (where p.sends), 10000)::integer, least(count(*) filter (where not p.sends), 10000)::integer, (
             select count(*)::integer
             from (
               select from outbox.settled_deliveries as s
               where s.status = 'dead' and (webhook_id is null or s.webhook_id = webhook_id)
               limit 10000) as d)
    from (
      select coalesce(w.enabled and w.paused_at is null, false) as sends
      from outbox.pending_deliveries as d
      left join outbox.webhooks as w on w.id = d.webhook_id
      where webhook_id is null or d.webhook_id = webhook_id
    ) as p;
end
$$;
comment on function outbox.count_deliveries(uuid) is
  'How many deliveries of a webhook (null: of all) are pending, held and dead, each counted up to 10000. Those that were delivered are too many to be counted.';
