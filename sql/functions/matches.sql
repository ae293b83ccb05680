-- The one place that decides who gets what. Webhooks are looked up by the patterns and tenants of the events at hand, so
-- the cost follows the matches, not the number of webhooks.
create or replace function outbox.matches(p_event_ids uuid[], p_first_id uuid, p_last_id uuid)
returns table (event_id uuid, webhook_id uuid) language sql stable as $$
  with batch as materialized (
    select e.id, e.data, dense_rank() over (order by e.type, e.tenant) as kind, e.type, e.tenant
    from outbox.events as e
    where e.id = any (p_event_ids) and e.id between p_first_id and p_last_id
  ), kinds as materialized (
    -- Patterns by unnest(array()): the planner takes that for few rows, and looks them up instead of reading all.
    select k.kind, k.tenant, t.pattern
    from (select distinct b.kind, b.type, b.tenant from batch as b) as k
    cross join lateral unnest(array(select outbox.type_patterns(k.type))) as t (pattern)
  ), candidates as materialized (
    select f.kind, w.id, w.filter
    from (
      select k.kind, p.webhook_id from kinds as k join outbox.webhook_patterns as p on p.pattern = k.pattern and p.tenant is null
      union   -- a webhook may match by more than one pattern
      select k.kind, p.webhook_id from kinds as k join outbox.webhook_patterns as p on p.pattern = k.pattern and p.tenant = k.tenant
    ) as f
    join outbox.webhooks as w on w.id = f.webhook_id
    where w.enabled
  ), filtered as materialized (
    select b.id, outbox.data_for_filter(b.data) as data
    from batch as b
    where exists (select from candidates as c where c.kind = b.kind and c.filter is not null)
  )
  select b.id, c.id
  from batch as b
  join candidates as c on c.kind = b.kind
  where c.filter is null or outbox.filter_matches(c.filter, (select f.data from filtered as f where f.id = b.id))
$$;
comment on function outbox.matches(uuid[], uuid, uuid) is
  'Which enabled webhooks these events go to: pattern, tenant and filter decide. The smallest and the largest of the ids are given too, so that only their partitions are touched.';
