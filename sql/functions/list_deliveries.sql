create or replace function outbox.list_deliveries(p_ids uuid[])
returns setof outbox.found_delivery language sql stable as $$
  select d.id, d.webhook_id, w.url, d.event_id, d.event_type, e.key, e.tenant,
         coalesce(d.status, case when w.enabled and w.paused_at is null then 'pending' else 'held' end),
         d.attempts, d.created_at, coalesce(d.attempted_at, a.attempted_at), d.next_attempt_at, d.leased_by,
         coalesce(d.response_status, a.response_status), coalesce(d.duration_ms, a.duration_ms), coalesce(d.error, a.error)
  from unnest(p_ids) as u (id)
  -- Each is looked up by itself (offset 0), in the one partition that it can be in: a join would ask all of them.
  cross join lateral (
    select s.id, s.webhook_id, s.event_id, s.event_type, s.status, s.attempts, s.created_at, s.attempted_at, null::timestamptz as next_attempt_at,
           null::integer as leased_by, s.response_status, s.duration_ms, s.error
    from outbox.settled_deliveries as s
    where s.id = u.id
    union all
    select p.id, p.webhook_id, p.event_id, p.event_type, null, p.attempts, p.created_at, null, p.next_attempt_at, p.leased_by, null, null, null
    from outbox.pending_deliveries as p
    where p.id = u.id
    offset 0
  ) as d
  left join lateral (select h.* from outbox.webhooks as h where h.id = d.webhook_id offset 0) as w on true
  left join lateral (
    select r.* from outbox.earlier_attempts as r where r.delivery_id = d.id and r.attempt = d.attempts and d.status is null offset 0) as a on true
  left join lateral (select v.key, v.tenant from outbox.events as v where v.id = d.event_id offset 0) as e on true
$$;
comment on function outbox.list_deliveries(uuid[]) is
  'The deliveries with these ids, as lists show them, in no particular order.';
