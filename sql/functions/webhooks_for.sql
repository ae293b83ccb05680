create or replace function outbox.webhooks_for(p_event_type text, p_tenant text, p_webhook_ids uuid[] default null)
returns table (webhook_id uuid, filter jsonpath) language sql stable as $$
  -- "offset 0": look-ups by index, one a pattern and one a webhook. The planner cannot know how few there are, and would
  -- rather read all of both tables.
  select w.id, w.filter
  from (
    select p.webhook_id
    from outbox.type_patterns(p_event_type) as t (pattern)
    cross join lateral (
      select q.webhook_id from outbox.webhook_patterns as q where q.pattern = t.pattern and q.tenant is null offset 0) as p
    where p_webhook_ids is null or p.webhook_id = any (p_webhook_ids)
    union   -- a webhook may match by more than one pattern
    select p.webhook_id
    from outbox.type_patterns(p_event_type) as t (pattern)
    cross join lateral (
      select q.webhook_id from outbox.webhook_patterns as q where q.pattern = t.pattern and q.tenant = p_tenant offset 0) as p
    where p_webhook_ids is null or p.webhook_id = any (p_webhook_ids)
  ) as f
  cross join lateral (
    select h.id, h.filter from outbox.webhooks as h
    where h.id = f.webhook_id and (h.enabled or h.id = any (p_webhook_ids))
    offset 0) as w
$$;
comment on function outbox.webhooks_for(text, text, uuid[]) is
  'The webhooks that want events of this type and tenant, each with the filter that has the last word. Of p_webhook_ids, enabled or not, where that is given; else of all enabled ones.';
