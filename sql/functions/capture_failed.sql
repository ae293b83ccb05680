create or replace function outbox.capture_failed(p_relation text, p_event_type text, p_failed text, p_sqlstate text, p_message text)
returns void language plpgsql as $$
declare
  v_known text := coalesce(current_setting('outbox.capture_failed', true), '');
  v_this  text := format('%s %s %s %s;', md5(p_relation), p_event_type, p_failed, p_sqlstate);
begin
  -- A statement of 100,000 rows would otherwise write as many failures. The setting ends with the transaction, and a
  -- rolled-back savepoint takes the row and the setting with it.
  if strpos(v_known, v_this) > 0 then return; end if;
  perform set_config('outbox.capture_failed', v_known || v_this, true);
  insert into outbox.capture_failures (relation, event_type, failed, sqlstate, message)
  values (p_relation, p_event_type, p_failed, p_sqlstate, left(p_message, 1000));
end
$$;
comment on function outbox.capture_failed(text, text, text, text, text) is
  'Records that a watch could not be evaluated for a change, instead of failing the application''s statement: the first failure of its kind in a transaction. Called by capture functions.';
