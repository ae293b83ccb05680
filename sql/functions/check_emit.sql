create or replace function outbox.check_emit(p_settings outbox.settings, p_event_type text, p_data json, p_idempotency_key text)
returns void language plpgsql stable as $$
begin
  if p_data is null then
    raise exception 'argument "data" is null' using errcode = 'OB001', hint = 'Give json; an event without data has ''{}''.';
  end if;
  if octet_length(p_data::text) > p_settings.max_payload_bytes then
    raise exception 'argument "data" has % bytes, more than the limit of %', octet_length(p_data::text), p_settings.max_payload_bytes
      using errcode = 'OB001', hint = 'Send a reference instead of the content, or raise max_payload_bytes in outbox.settings.';
  end if;
  if octet_length(p_idempotency_key) > 1024 then
    raise exception 'argument "idempotency_key" has % bytes, more than the limit of 1024', octet_length(p_idempotency_key)
      using errcode = 'OB001', hint = 'Give a short name of the operation, or a hash of a long one.';
  end if;
  if p_settings.strict_event_types and not exists (select from outbox.event_types as t where t.type = p_event_type) then
    raise exception 'argument "event_type" is %, which outbox.event_types does not hold', quote_literal(p_event_type)
      using errcode = 'OB001', hint = 'Insert it there, or turn strict_event_types off in outbox.settings.';
  end if;
end
$$;
comment on function outbox.check_emit(outbox.settings, text, json, text) is
  'Raises OB001 when outbox.emit was given no data, too much of it, a long idempotency key, or a type that strict settings do not know.';
