create or replace function outbox.settled_matching(p_search outbox.delivery_search)
returns uuid[] language plpgsql stable as $$
begin
  return array(
    select s.id
    from outbox.settled_deliveries as s
    where s.id > p_search.after and s.id < p_search.before
      and (p_search.webhook_id is null or s.webhook_id = p_search.webhook_id)
      -- In these words the planner knows the partial indexes again.
      and (not p_search.among_few or s.status = 'dead')
      and (p_search.statuses is null or s.status = any (p_search.statuses))
      and (p_search.likes is null or s.event_type like any (p_search.likes))
      and (p_search.response is null or s.response_status >= lower(p_search.response) and s.response_status < upper(p_search.response))
      and (p_search.no_answer is null or s.attempts > 0 and s.response_status is null)
      and (p_search.key is null and p_search.tenant is null or (
        select (p_search.key is null or e.key = p_search.key) and (p_search.tenant is null or e.tenant = p_search.tenant)
        from outbox.events as e where e.id = s.event_id))
      and (p_search.contains is null
           or case when not p_search.among_few then s.event_id = any (p_search.holding)
                else (select e.data::text ilike p_search.contains or e.key ilike p_search.contains from outbox.events as e where e.id = s.event_id) end
           or s.response_body ilike p_search.contains or s.error ilike p_search.contains)
    order by case when not p_search.oldest_first then s.id end desc, case when p_search.oldest_first then s.id end
    limit p_search.max_rows);
end
$$;
comment on function outbox.settled_matching(outbox.delivery_search) is
  'The ids of the deliveries that a search finds among those that are settled, read in the order of their ids.';
