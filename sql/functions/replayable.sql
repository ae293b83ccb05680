create or replace function outbox.replayable(p_event_ids uuid[], p_webhook_ids uuid[], p_which text)
returns table (event_id uuid, webhook_id uuid) language plpgsql stable
  -- A filter may compare times without a zone.
  set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_first uuid := p_event_ids[1];
  v_last  uuid := p_event_ids[cardinality(p_event_ids)];
  v_loops uuid[];
begin
  if p_which = 'dead' then
    return query
      select e.id, w.id
      from unnest(p_event_ids) as e (id)
      cross join unnest(p_webhook_ids) as w (id)
      where outbox.settled_as(e.id, w.id) = 'dead';
  elsif p_which = 'missed' then
    -- These would not have been sent in their time either.
    v_loops := outbox.loops_among(p_event_ids, v_first, v_last);
    return query
      select m.event_id, m.webhook_id
      from outbox.matches(p_event_ids, v_first, v_last, p_webhook_ids) as m
      where not outbox.is_recorded(m.event_id, m.webhook_id) and m.event_id <> all (v_loops);
  else
    return query select m.event_id, m.webhook_id from outbox.matches(p_event_ids, v_first, v_last, p_webhook_ids) as m;
  end if;
end
$$;
comment on function outbox.replayable(uuid[], uuid[], text) is
  'Which of these events (in the order of their ids) a replay sends to which of these webhooks: all that match, those missed (without a delivery), or those whose delivery is dead.';
