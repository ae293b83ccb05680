-- The one place that decides who gets what. Webhooks are looked up by the patterns and tenants of the events at hand, so
-- the cost follows the matches, not the number of webhooks; events of one type and tenant are looked up together.
create or replace function outbox.matches(p_event_ids uuid[], p_first_id uuid, p_last_id uuid)
returns table (event_id uuid, webhook_id uuid) language sql stable as $$
  with kinds as materialized (
    select row_number() over () as kind, g.type, g.tenant, g.ids
    from (
      select e.type, e.tenant, array_agg(e.id) as ids
      from outbox.events as e
      where e.id = any (p_event_ids) and e.id between p_first_id and p_last_id
      group by e.type, e.tenant) as g
  ), wanted as materialized (
    select k.kind, k.tenant, t.pattern
    from kinds as k
    cross join lateral outbox.type_patterns(k.type) as t (pattern)
  ), candidates as materialized (
    -- "offset 0": look-ups by index, one a pattern and one a webhook. The planner cannot know how few there are, and
    -- would rather read all of both tables.
    select f.kind, w.id, w.filter
    from (
      select n.kind, p.webhook_id
      from wanted as n
      cross join lateral (
        select q.webhook_id from outbox.webhook_patterns as q where q.pattern = n.pattern and q.tenant is null offset 0) as p
      union   -- a webhook may match by more than one pattern
      select n.kind, p.webhook_id
      from wanted as n
      cross join lateral (
        select q.webhook_id from outbox.webhook_patterns as q where q.pattern = n.pattern and q.tenant = n.tenant offset 0) as p
    ) as f
    cross join lateral (select h.id, h.filter from outbox.webhooks as h where h.id = f.webhook_id and h.enabled offset 0) as w
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
comment on function outbox.matches(uuid[], uuid, uuid) is
  'Which enabled webhooks these events go to: pattern, tenant and filter decide. The smallest and the largest of the ids are given too, so that only their partitions are touched.';
