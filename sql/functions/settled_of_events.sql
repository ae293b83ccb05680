create or replace function outbox.settled_of_events(p_search outbox.delivery_search)
returns uuid[] language plpgsql stable as $$
begin
  return array(
    select d.id
    from unnest(p_search.of_events) as u (id)
    cross join lateral (
      select outbox.with_tail(u.id, '0000000000000000') as first_id, outbox.with_tail(u.id, 'ffffffffffffffff') as last_id,
             outbox.delivery_id(u.id, p_search.webhook_id) as delivery_id
      offset 0) as e
    cross join lateral (
      -- The ids of an event's deliveries begin with the first half of its own: one short range of the primary key.
      select s.id
      from outbox.settled_deliveries as s
      where s.id > e.first_id and s.id < e.last_id and s.event_id = u.id
        and s.id > p_search.after and s.id < p_search.before
        and (p_search.webhook_id is null or s.id = e.delivery_id)
        and (p_search.statuses is null or s.status = any (p_search.statuses))
        and (p_search.response is null or s.response_status >= lower(p_search.response) and s.response_status < upper(p_search.response))
        and (p_search.no_answer is null or s.attempts > 0 and s.response_status is null)
        and (p_search.contains is null or u.id = any (p_search.holding)
             or s.response_body ilike p_search.contains or s.error ilike p_search.contains)
      order by case when not p_search.oldest_first then s.id end desc, case when p_search.oldest_first then s.id end
      limit p_search.max_rows
    ) as d
    order by case when not p_search.oldest_first then d.id end desc, case when p_search.oldest_first then d.id end
    limit p_search.max_rows);
end
$$;
comment on function outbox.settled_of_events(outbox.delivery_search) is
  'The ids of the settled deliveries that a search for a key or a tenant finds: from the few events that have it to their deliveries.';
