create or replace function outbox.handed_headers(p_webhook_id uuid)
returns jsonb language sql stable as $$
  select case when h.handed ->> 'statement' = current_setting('outbox.headers_statement', true) then h.handed -> 'values' end
  from (select nullif(current_setting(outbox.headers_setting(p_webhook_id), true), '')::jsonb) as h (handed)
$$;
comment on function outbox.handed_headers(uuid) is
  'Header values of a webhook on their way from the trigger that takes them to the one that stores them: an object of lower-case names and values. Null: none, or those of another statement.';
