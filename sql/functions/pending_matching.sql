create or replace function outbox.pending_matching(p_search outbox.delivery_search)
returns uuid[] language plpgsql stable as $$
begin
  return array(
    select d.id
    from outbox.pending_deliveries as d
    left join outbox.webhooks as w on w.id = d.webhook_id
    left join lateral (
      select r.* from outbox.earlier_attempts as r where r.delivery_id = d.id and r.attempt = d.attempts and d.attempts > 0 offset 0) as a on true
    where d.id > p_search.after and d.id < p_search.before
      and (p_search.webhook_id is null or d.webhook_id = p_search.webhook_id)
      and (p_search.statuses is null
           or case when w.enabled and w.paused_at is null then 'pending' else 'held' end = any (p_search.statuses))
      and (p_search.likes is null or d.event_type like any (p_search.likes))
      and (not p_search.by_event or d.event_id = any (p_search.of_events))
      and (p_search.by_event or p_search.key is null and p_search.tenant is null or (
        select (p_search.key is null or e.key = p_search.key) and (p_search.tenant is null or e.tenant = p_search.tenant)
        from outbox.events as e where e.id = d.event_id))
      and (p_search.response is null or a.response_status <@ p_search.response)
      and (p_search.no_answer is null or a.attempt > 0 and a.response_status is null)
      and (p_search.contains is null
           or case when not p_search.among_few then d.event_id = any (p_search.holding)
                else (select e.data::text ilike p_search.contains or e.key ilike p_search.contains from outbox.events as e where e.id = d.event_id) end
           or a.response_body ilike p_search.contains or a.error ilike p_search.contains)
    order by case when not p_search.oldest_first then d.id end desc, case when p_search.oldest_first then d.id end
    limit p_search.max_rows);
end
$$;
comment on function outbox.pending_matching(outbox.delivery_search) is
  'The ids of the deliveries that a search finds among those that are pending or held.';
