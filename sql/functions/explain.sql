create or replace function outbox.explain(event_id uuid)
returns table (webhook_id uuid, url text, matched boolean, reason text, status text, attempts integer,
               next_attempt_at timestamptz, response_status integer, error text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  -- A filter may compare times without a zone: what it lets through must not depend on the session.
  set timezone = 'UTC' set jit = off
as $$
#variable_conflict use_column
declare
  v_halt     text := outbox.explain_halt();
  v_event    outbox.events;
  v_patterns text[];
  v_data     jsonb;
  v_progress text;
  v_queued   uuid[];
  v_from     timestamptz;
begin
  select e.* into v_event from outbox.events as e where e.id = explain.event_id;
  if found then
    v_patterns := array(select outbox.type_patterns(v_event.type));
    v_data := outbox.data_for_filter(v_event.data);
    select p.progress, p.queued_for, p.matched_from into v_progress, v_queued, v_from
    from outbox.explain_progress(v_event, v_halt) as p;
  elsif not exists (select from outbox.explain_deliveries(explain.event_id, v_halt)) then
    raise exception 'argument "event_id" is %, for which there is no event', coalesce(quote_literal(explain.event_id), 'null')
      using errcode = 'OB002',
            hint = 'See: select id, type, key from outbox.events order by id desc limit 10. Retention removes old ones.';
  end if;
  return query
    with wanted as materialized (
      select m.webhook_id from outbox.matches(array[v_event.id], v_event.id, v_event.id) as m
    )
    select coalesce(w.id, d.webhook_id), w.url, x.matched,
           case
             when d.webhook_id is not null then outbox.explain_delivered(w, v_event, v_patterns, v_data, d.reason)
             when x.matched then concat_ws('; ', v_progress, 'will be held: the webhook is ' || outbox.explain_stop(w),
               case when w.updated_at > v_from then format('the webhook was changed at %s, perhaps too late', outbox.utc_text(w.updated_at)) end)
             when m.webhook_id is not null then outbox.explain_late(w, v_event)
             when v_event.id is null then 'no delivery, and the event is no longer in the log'
             else outbox.explain_absence(w, v_event, v_patterns, v_data) end,
           d.status, d.attempts, d.next_attempt_at, d.response_status, d.error
    from outbox.webhooks as w
    full join outbox.explain_deliveries(explain.event_id, v_halt) as d on d.webhook_id = w.id
    left join wanted as m on m.webhook_id = w.id
    cross join lateral (
      select d.webhook_id is not null
        or (m.webhook_id is not null and v_progress is not null and w.id <> all (coalesce(v_queued, '{}'))) as matched) as x
    order by x.matched desc, w.url, 1;
end
$$;
comment on function outbox.explain(uuid) is
  'Who gets an event and who does not, and why: a row for every webhook, those that it matched first. matched: it has a delivery, or will have one by the answer of outbox.matches, by which relays send; the reason says in words what has become of the delivery, or what was in its way. A deleted webhook that had a delivery has no url. Raises OB002 for an unknown event.';
