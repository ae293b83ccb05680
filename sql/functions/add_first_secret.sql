create or replace function outbox.add_first_secret(p_webhook_id uuid, p_secret text)
returns void language sql volatile as $$
  insert into outbox.webhook_secrets (webhook_id, secret)
  select w.id, p_secret
  from outbox.webhooks as w
  where w.id = p_webhook_id and not exists (select from outbox.webhook_secrets as s where s.webhook_id = p_webhook_id)
  for no key update of w
$$;
comment on function outbox.add_first_secret(uuid, text) is
  'Stores the signing secret of a webhook that has none yet. Two relays at once: the first one''s stays.';
