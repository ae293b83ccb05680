create or replace function outbox.emit(
  event_type text, data json, key text default null, tenant text default null, idempotency_key text default null)
returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_id       uuid := outbox.uuidv7();
  v_settings outbox.settings;
begin
  perform outbox.check_event_type('event_type', event_type);
  select * into strict v_settings from outbox.settings;
  if data is null then
    raise exception 'argument "data" is null' using errcode = 'OB001', hint = 'Give json; an event without data has ''{}''.';
  end if;
  if octet_length(data::text) > v_settings.max_payload_bytes then
    raise exception 'argument "data" has % bytes, more than the limit of %', octet_length(data::text), v_settings.max_payload_bytes
      using errcode = 'OB001', hint = 'Send a reference instead of the content, or raise max_payload_bytes in outbox.settings.';
  end if;
  if v_settings.strict_event_types and not exists (select from outbox.event_types as t where t.type = event_type) then
    raise exception 'argument "event_type" is %, which outbox.event_types does not hold', quote_literal(event_type)
      using errcode = 'OB001', hint = 'Insert it there, or turn strict_event_types off in outbox.settings.';
  end if;
  if idempotency_key is not null then
    insert into outbox.idempotency_keys as k (key, event_id) values (idempotency_key, v_id) on conflict do nothing;
    if not found then
      return (select k.event_id from outbox.idempotency_keys as k where k.key = idempotency_key);
    end if;
  end if;
  insert into outbox.events (id, type, key, tenant, data, context)
  values (v_id, event_type, key, tenant, data, outbox.current_context());
  if v_settings.notify and pg_try_advisory_xact_lock_shared(1869968482, 1) then perform pg_notify('outbox', ''); end if;
  return v_id;
end
$$;
comment on function outbox.emit(text, json, text, text, text) is
  'Writes a custom event into the log, as part of the calling transaction. With an idempotency_key, a second call makes no second event and returns the first one''s id. Returns the event''s id. Raises OB001 for a value that does not fit.';
