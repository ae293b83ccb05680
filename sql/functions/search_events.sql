create or replace function outbox.search_events(p_search outbox.delivery_search)
returns outbox.delivery_search language plpgsql stable as $$
declare
  v_first uuid := outbox.with_tail(p_search.after, '0000000000000000');
  v_last  uuid := outbox.with_tail(p_search.before, 'ffffffffffffffff');
begin
  if p_search.by_event then
    p_search.of_events := array(
      select e.id
      from outbox.events as e
      where e.id >= v_first and e.id <= v_last
        and (p_search.key is null or e.key = p_search.key)
        and (p_search.tenant is null or e.tenant = p_search.tenant)
        and (p_search.likes is null or e.type like any (p_search.likes)));
  end if;
  if p_search.contains is not null and not p_search.among_few then
    p_search.holding := array(
      select e.id
      from outbox.events as e
      where e.id >= v_first and e.id <= v_last
        and (not p_search.by_event or e.id = any (p_search.of_events))
        and (e.data::text ilike p_search.contains or e.key ilike p_search.contains));
  end if;
  return p_search;
end
$$;
comment on function outbox.search_events(outbox.delivery_search) is
  'The search with the events that it is about, each of which has been read once: to look up those of every delivery would take ten times as long. Among few deliveries it is left to them.';
