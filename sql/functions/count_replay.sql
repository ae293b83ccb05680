create or replace function outbox.count_replay(p_webhook_ids uuid[], p_since timestamptz, p_until timestamptz, p_event_types text[], p_which text)
returns table (webhook_id uuid, deliveries bigint) language plpgsql stable as $$
#variable_conflict use_column
declare
  v_after  uuid := outbox.uuid_at(p_since);
  v_before uuid := outbox.uuid_at(p_until);
  v_likes  text[] := outbox.like_patterns(p_event_types);
  v_ids    uuid[];
  v_counts jsonb := '{}';
begin
  if p_which = 'dead' then
    -- An index knows them; the log may be thousands of times as long.
    return query
      select s.webhook_id, count(*)
      from outbox.settled_deliveries as s
      where s.webhook_id = any (p_webhook_ids) and s.status = 'dead' and s.id > v_after and s.id < v_before
        and (v_likes is null or s.event_type like any (v_likes))
      group by s.webhook_id;
    return;
  end if;
  loop
    v_ids := outbox.log_portion(v_after, v_before, p_event_types, 5000);
    exit when v_ids is null;
    v_after := v_ids[cardinality(v_ids)];
    select v_counts || coalesce(jsonb_object_agg(c.webhook_id, c.more + coalesce((v_counts ->> c.webhook_id::text)::bigint, 0)), '{}') into v_counts
    from (
      select r.webhook_id, count(*) as more from outbox.replayable(v_ids, p_webhook_ids, p_which) as r group by r.webhook_id) as c;
  end loop;
  return query select c.key::uuid, c.value::bigint from jsonb_each_text(v_counts) as c;
end
$$;
comment on function outbox.count_replay(uuid[], timestamptz, timestamptz, text[], text) is
  'How many deliveries a replay would be, by webhook; webhooks without any are missing.';
