create or replace function outbox.list_deliveries(p_ids uuid[])
returns setof outbox.found_delivery language plpgsql stable as $$
declare
  v_first uuid := (select u.id from unnest(p_ids) as u (id) order by u.id limit 1);
  v_last  uuid := (select u.id from unnest(p_ids) as u (id) order by u.id desc limit 1);
begin
  return query
    select d.id, d.webhook_id, w.url, d.event_id, d.event_type, e.key, e.tenant,
           coalesce(d.status, case when w.enabled and w.paused_at is null then 'pending' else 'held' end),
           d.attempts, d.created_at, coalesce(d.attempted_at, a.attempted_at), d.next_attempt_at, d.leased_by,
           coalesce(d.response_status, a.response_status), coalesce(d.duration_ms, a.duration_ms), coalesce(d.error, a.error)
    from (
      select s.id, s.webhook_id, s.event_id, s.event_type, s.status, s.attempts, s.created_at, s.attempted_at, null::timestamptz as next_attempt_at,
             null::integer as leased_by, s.response_status, s.duration_ms, s.error
      from outbox.settled_deliveries as s
      where s.id = any (p_ids) and s.id between v_first and v_last
      union all
      select p.id, p.webhook_id, p.event_id, p.event_type, null, p.attempts, p.created_at, null, p.next_attempt_at, p.leased_by, null, null, null
      from outbox.pending_deliveries as p
      where p.id = any (p_ids)
    ) as d
    left join outbox.webhooks as w on w.id = d.webhook_id
    left join outbox.earlier_attempts as a on d.status is null and a.delivery_id = d.id and a.attempt = d.attempts and a.delivery_id between v_first and v_last
    left join outbox.events as e
      on e.id = d.event_id and e.id between outbox.with_tail(v_first, '0000000000000000') and outbox.with_tail(v_last, 'ffffffffffffffff');
end
$$;
comment on function outbox.list_deliveries(uuid[]) is
  'The deliveries with these ids, as lists show them, in no particular order.';
