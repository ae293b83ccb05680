create or replace function outbox.explain_deliveries(p_event_id uuid, p_halt text)
returns table (webhook_id uuid, reason text, status text, attempts integer, next_attempt_at timestamptz, response_status integer, error text)
language plpgsql stable as $$
#variable_conflict use_column
declare
  -- The ids of an event's deliveries begin with the first half of its own: one short range of each primary key.
  v_half  text := left(translate(p_event_id::text, '-', ''), 16);
  v_first uuid := (v_half || '8000000000000000')::uuid;
  v_last  uuid := (v_half || 'bfffffffffffffff')::uuid;
begin
  return query
    select s.webhook_id,
           case
             when s.status = 'delivered' then format('delivered at attempt %s', s.attempts)
             when s.attempts = 0 then s.error   -- settled without an attempt, for the reason that stands there
             else format('dead after %s', case s.attempts when 1 then '1 attempt' else s.attempts || ' attempts' end) end,
           s.status, s.attempts, null::timestamptz, s.response_status, s.error
    from outbox.settled_deliveries as s
    where s.id between v_first and v_last and s.event_id = p_event_id
    union all
    select d.webhook_id, outbox.explain_pending(d, w, p_halt),
           case when w.enabled and w.paused_at is null then 'pending' else 'held' end,
           d.attempts, d.next_attempt_at, a.response_status, a.error
    from outbox.pending_deliveries as d
    join outbox.webhooks as w on w.id = d.webhook_id
    left join outbox.earlier_attempts as a
      on a.delivery_id = d.id and a.attempt = d.attempts and a.delivery_id between v_first and v_last
    where d.id between v_first and v_last and d.event_id = p_event_id;
end
$$;
comment on function outbox.explain_deliveries(uuid, text) is
  'What has become of each delivery of an event, in words and figures. p_halt: why nothing at all is being sent.';
