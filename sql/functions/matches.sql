-- The one place that decides who gets what. Webhooks are looked up by the patterns and tenants of the events at hand, so
-- the cost follows the matches, not the number of webhooks; events of one type and tenant are looked up together.
create or replace function outbox.matches(p_event_ids uuid[], p_first_id uuid, p_last_id uuid, p_webhook_ids uuid[] default null)
returns table (event_id uuid, webhook_id uuid) language sql stable as $$
  with kinds as materialized (
    select row_number() over () as kind, g.type, g.tenant, g.only_for, g.ids
    from (
      select e.type, e.tenant, e.only_for, array_agg(e.id) as ids
      from outbox.events as e
      where e.id = any (p_event_ids) and e.id between p_first_id and p_last_id
      group by e.type, e.tenant, e.only_for) as g
  ), candidates as materialized (
    select k.kind, w.webhook_id as id, w.filter
    from kinds as k
    cross join lateral outbox.webhooks_for(k.type, k.tenant, p_webhook_ids) as w
    where k.only_for is null or k.only_for = w.webhook_id
  ), filtered as materialized (
    select e.id, outbox.data_for_filter(e.data) as data
    from outbox.events as e
    where (select count(*) from candidates as c where c.filter is not null) > 0
      and e.id = any (p_event_ids) and e.id between p_first_id and p_last_id
  )
  select i.id, c.id
  from candidates as c
  join kinds as k on k.kind = c.kind
  cross join lateral unnest(k.ids) as i (id)
  where c.filter is null
  union all
  select i.id, c.id
  from candidates as c
  join kinds as k on k.kind = c.kind
  cross join lateral unnest(k.ids) as i (id)
  join filtered as f on f.id = i.id
  where c.filter is not null and outbox.filter_matches(c.filter, f.data)
$$;
comment on function outbox.matches(uuid[], uuid, uuid, uuid[]) is
  'Which webhooks these events go to: pattern, tenant and filter decide. The smallest and the largest of the ids are given too, so that only their partitions are touched. Of p_webhook_ids, enabled or not, where that is given; else of all enabled ones. Call it with timezone UTC: a filter may compare times.';
