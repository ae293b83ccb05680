create or replace function outbox.find_deliveries(
  webhook_id uuid default null, statuses text[] default null, event_types text[] default null, key text default null, tenant text default null,
  response text default null, contains text default null, since timestamptz default null, until timestamptz default null,
  before uuid default null, after uuid default null, max_rows integer default 50, oldest_first boolean default false)
returns setof outbox.found_delivery language plpgsql stable security definer
  -- Each search is planned for its own arguments: which partitions it needs, and which conditions it has at all. All plans
  -- end early; compiling them, or sharing them among workers, would take longer.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan set jit = off set max_parallel_workers_per_gather = 0
as $$
declare
  v_search outbox.delivery_search := outbox.delivery_search(
    webhook_id, statuses, event_types, key, tenant, response, contains, since, until, before, after, max_rows, oldest_first);
  v_ids    uuid[];
begin
  v_search := outbox.search_events(v_search);
  if coalesce(statuses && '{pending,held}', true) then
    v_ids := outbox.pending_matching(v_search);
  end if;
  if coalesce(statuses && '{delivered,dead}', true) then
    v_ids := v_ids || case when v_search.by_event then outbox.settled_of_events(v_search) else outbox.settled_matching(v_search) end;
  end if;
  return query
    select l.*
    from outbox.list_deliveries(v_ids) as l
    order by case when not v_search.oldest_first then l.id end desc, case when v_search.oldest_first then l.id end
    limit v_search.max_rows;
end
$$;
comment on function outbox.find_deliveries(uuid, text[], text[], text, text, text, text, timestamptz, timestamptz, uuid, uuid, integer, boolean) is
  'Deliveries for which all of the given arguments hold (null: any), newest first. statuses: pending, held, delivered, dead. event_types: patterns as in webhooks.events. response, of the last attempt: 503, 5xx, or none (no answer). contains: text in the event''s data or key, in the answer''s body or in the error, in upper or lower case. since (including), until (excluding): when the event was written. before, after: ids to go on from. oldest_first: the oldest that match, oldest first. Raises OB001.';
