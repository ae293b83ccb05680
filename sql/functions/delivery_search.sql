create or replace function outbox.delivery_search(
  p_webhook_id uuid, p_statuses text[], p_event_types text[], p_key text, p_tenant text, p_response text, p_contains text,
  p_since timestamptz, p_until timestamptz, p_before uuid, p_after uuid, p_max_rows integer, p_oldest_first boolean)
returns outbox.delivery_search language plpgsql immutable as $$
declare
  v_search outbox.delivery_search;
begin
  perform outbox.check_search(p_event_types, p_contains, p_since, p_until, p_max_rows);
  if p_statuses = '{}' or not p_statuses <@ '{pending,held,delivered,dead}' or array_position(p_statuses, null) is not null then
    raise exception 'argument "statuses" is %', p_statuses
      using errcode = 'OB001', hint = 'List some of pending, held, delivered and dead; null stands for all.';
  end if;
  v_search.after := greatest(outbox.uuid_at(p_since), p_after, '00000000-0000-0000-0000-000000000000');
  v_search.before := least(outbox.uuid_at(p_until), p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_search.webhook_id := p_webhook_id;
  v_search.statuses := p_statuses;
  v_search.likes := outbox.like_patterns(p_event_types);
  v_search.key := p_key;
  v_search.tenant := p_tenant;
  v_search.response := outbox.response_range(p_response);
  v_search.no_answer := case when p_response = 'none' then true end;
  v_search.contains := outbox.like_text(p_contains);
  v_search.max_rows := p_max_rows;
  v_search.oldest_first := coalesce(p_oldest_first, false);
  v_search.among_few := coalesce(not 'delivered' = any (p_statuses), false);
  v_search.by_event := (p_key is not null or p_tenant is not null) and not v_search.among_few;
  return v_search;
end
$$;
comment on function outbox.delivery_search(uuid, text[], text[], text, text, text, text, timestamptz, timestamptz, uuid, uuid, integer, boolean) is
  'The arguments of outbox.find_deliveries, checked and put into the form in which statements use them. Raises OB001.';
