create or replace function outbox.capture_failed(p_relation text, p_event_type text, p_failed text, p_sqlstate text, p_message text)
returns void language sql volatile as $$
  insert into outbox.capture_failures (relation, event_type, failed, sqlstate, message)
  values (p_relation, p_event_type, p_failed, p_sqlstate, left(p_message, 1000))
$$;
comment on function outbox.capture_failed(text, text, text, text, text) is
  'Records that a watch could not be evaluated for a change, instead of failing the application''s statement. Called by capture functions.';
