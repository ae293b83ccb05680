create or replace function outbox.current_context()
returns json language plpgsql stable as $$
begin
  return nullif(current_setting('outbox.context', true), '')::json;
exception
  when others then
    -- Not JSON: the application's statement must not fail for it, and the text may still help.
    return to_json(current_setting('outbox.context', true));
end
$$;
comment on function outbox.current_context() is
  'What this transaction set as outbox.context, as json; text that is not JSON as a JSON string. Null: nothing.';
