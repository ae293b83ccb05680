create or replace function outbox.find_events(
  event_types text[] default null, key text default null, tenant text default null, contains text default null,
  since timestamptz default null, until timestamptz default null, before uuid default null, after uuid default null,
  max_rows integer default 50, txid xid8 default null, oldest_first boolean default false)
returns setof outbox.found_event language plpgsql stable security definer
  -- As in outbox.find_deliveries.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan set jit = off set max_parallel_workers_per_gather = 0
as $$
#variable_conflict use_variable
declare
  v_after  uuid := greatest(outbox.uuid_at(since), after, '00000000-0000-0000-0000-000000000000');
  v_before uuid := least(outbox.uuid_at(until), before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_likes  text[] := outbox.like_patterns(event_types);
  v_text   text := outbox.like_text(contains);
begin
  perform outbox.check_search(event_types, contains, since, until, max_rows);
  return query
    select e.id, e.type, e.key, e.tenant, e.txid, e.occurred_at, e.only_for, octet_length(e.data::text)
    from outbox.events as e
    where e.id > v_after and e.id < v_before
      and (txid is null or e.txid = txid)
      and (v_likes is null or e.type like any (v_likes))
      and (key is null or e.key = key)
      and (tenant is null or e.tenant = tenant)
      and (v_text is null or e.data::text ilike v_text or e.key ilike v_text)
    order by case when oldest_first is not true then e.id end desc, case when oldest_first then e.id end
    limit max_rows;
end
$$;
comment on function outbox.find_events(text[], text, text, text, timestamptz, timestamptz, uuid, uuid, integer, xid8, boolean) is
  'Events for which all of the given arguments hold (null: any), newest first. event_types: patterns as in webhooks.events. contains: text in the data or the key, in upper or lower case. since (including), until (excluding): when the event was written. before, after: ids to go on from. txid: written by this transaction. oldest_first: the oldest that match, oldest first. Raises OB001.';
