create or replace function outbox.capture_thin(p_head text, p_keys text, p_reason text)
returns json language sql immutable as $$
  select concat(p_head, case when octet_length(p_keys) <= 16384 then p_keys else 'null' end, ',"payload_omitted":"', p_reason, '"}')::json
$$;
comment on function outbox.capture_thin(text, text, text) is
  'The data of an event whose row cannot be sent: too_large, or capture_failed. Called by capture functions.';
