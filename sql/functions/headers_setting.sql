create or replace function outbox.headers_setting(p_webhook_id uuid)
returns text language sql immutable as $$
  select 'outbox.headers_' || replace(p_webhook_id::text, '-', '_')
$$;
comment on function outbox.headers_setting(uuid) is
  'The setting, local to the transaction, in which header values of this webhook are handed over.';
