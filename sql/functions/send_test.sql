create or replace function outbox.send_test(webhook_id uuid, event_type text default null, data json default null)
returns table (event_id uuid, delivery_id uuid, will_be_sent boolean, reason text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
#variable_conflict use_variable
declare
  v_webhook  outbox.webhooks := outbox.find_webhook(webhook_id);
  v_settings outbox.settings;
  v_type     text := event_type;
  v_data     json := data;
begin
  -- The first type that the webhook wants; a pattern stands for the first type it matches, one with an example if there is one.
  if v_type is null then
    select coalesce(t.type, p.pattern) into v_type
    from unnest(v_webhook.events) with ordinality as p (pattern, position)
    left join outbox.event_types as t on p.pattern in (select outbox.type_patterns(t.type))
    order by p.position, t.example is null, t.type
    limit 1;
    if v_type like '%*' then v_type := coalesce(nullif(rtrim(v_type, '.*'), '') || '.', '') || 'test'; end if;
  end if;
  perform outbox.check_event_type('event_type', v_type);
  v_data := coalesce(v_data, (select t.example from outbox.event_types as t where t.type = v_type), '{"test":true}');
  select s.* into strict v_settings from outbox.settings as s;
  perform outbox.check_emit(v_settings, v_type, v_data, null);
  insert into outbox.events (type, tenant, data, context, only_for)
  values (v_type, v_webhook.tenant, v_data, '{"test":true}', webhook_id)
  returning id into event_id;
  delivery_id := outbox.delivery_id(event_id, webhook_id);
  select x.matched, x.reason into will_be_sent, reason from outbox.explain(event_id) as x where x.webhook_id = send_test.webhook_id;
  perform outbox.audit('webhook.tested', webhook_id::text, null, json_build_object('event_id', event_id, 'event_type', v_type));
  perform outbox.ring();
  return next;
end
$$;
comment on function outbox.send_test(uuid, text, json) is
  'Sends a test to one webhook, by the way that real events take: logged, matched, filtered, signed, retried. The data is what is given, else the example of the type in outbox.event_types. Without a type: the first one that the webhook wants. Returns the event, the delivery to look for, whether it will be sent and why not. Raises OB001 for what outbox.emit would refuse, OB002 for an unknown webhook.';
