create or replace function outbox.emit(
  event_type text, data json, key text default null, tenant text default null, idempotency_key text default null)
returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_id       uuid := outbox.uuidv7();
  v_known    uuid;
  v_settings outbox.settings;
begin
  select * into strict v_settings from outbox.settings;
  perform outbox.check_event_type('event_type', event_type);
  perform outbox.check_emit(v_settings, event_type, data, idempotency_key);
  while idempotency_key is not null loop
    insert into outbox.idempotency_keys as k (key, event_id) values (idempotency_key, v_id) on conflict do nothing;
    exit when found;
    select k.event_id into v_known from outbox.idempotency_keys as k where k.key = idempotency_key;
    if found then return v_known; end if;   -- else it has just expired
  end loop;
  insert into outbox.events (id, type, key, tenant, data, context)
  values (v_id, event_type, key, tenant, data, outbox.current_context());
  -- Where transactions can be prepared, a NOTIFY would make PREPARE TRANSACTION fail: the relay polls there.
  if v_settings.notify and current_setting('max_prepared_transactions') = '0' and pg_try_advisory_xact_lock_shared(1869968482, 1) then
    perform pg_notify('outbox', '');
  end if;
  return v_id;
end
$$;
comment on function outbox.emit(text, json, text, text, text) is
  'Writes a custom event into the log, as part of the calling transaction. With an idempotency_key, a second call makes no second event and returns the first one''s id. Returns the event''s id. Raises OB001 for a value that does not fit.';
