-- The one place that decides who gets what. Webhooks are looked up by the patterns of the types at hand, so the cost
-- follows the matches, not the number of webhooks.
create or replace function outbox.matches(p_event_ids uuid[], p_first_id uuid, p_last_id uuid)
returns table (event_id uuid, webhook_id uuid) language sql stable as $$
  with batch as materialized (
    select e.id, e.type, e.tenant, e.data
    from outbox.events as e
    where e.id = any (p_event_ids) and e.id between p_first_id and p_last_id
  ), candidates as materialized (
    select s.type, w.id, w.tenant, w.filter
    from (
      select distinct t.type, p.webhook_id   -- a webhook may match by more than one pattern
      from (select distinct b.type from batch as b) as t
      cross join lateral outbox.type_patterns(t.type) as m (pattern)
      join outbox.webhook_patterns as p on p.pattern = m.pattern) as s
    join outbox.webhooks as w on w.id = s.webhook_id
    where w.enabled
  ), filtered as materialized (
    select b.id, outbox.data_for_filter(b.data) as data
    from batch as b
    where exists (select from candidates as c where c.type = b.type and c.filter is not null)
  )
  select b.id, c.id
  from batch as b
  join candidates as c on c.type = b.type
  where (c.tenant is null or c.tenant = b.tenant)
    and (c.filter is null or outbox.filter_matches(c.filter, (select f.data from filtered as f where f.id = b.id)))
$$;
comment on function outbox.matches(uuid[], uuid, uuid) is
  'Which enabled webhooks these events go to: pattern, tenant and filter decide. The smallest and the largest of the ids are given too, so that only their partitions are touched.';
