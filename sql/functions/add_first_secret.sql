create or replace function outbox.add_first_secret(p_webhook_id uuid, p_secret text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform outbox.check_secret(p_secret);
  -- A statement of its own: the next one sees what whoever held the lock has stored.
  perform from outbox.webhooks as w where w.id = p_webhook_id for no key update;
  insert into outbox.webhook_secrets (webhook_id, secret)
  select w.id, p_secret
  from outbox.webhooks as w
  where w.id = p_webhook_id and not exists (select from outbox.webhook_secrets as s where s.webhook_id = p_webhook_id);
end
$$;
comment on function outbox.add_first_secret(uuid, text) is
  'Stores the signing secret of a webhook that has none yet. Two at once: the first one''s stays. Raises OB001.';
