create or replace function outbox.reveal_secret(webhook_id uuid)
returns table (secret text, created_at timestamptz, expires_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
begin
  perform outbox.find_webhook(webhook_id);
  perform outbox.audit('secret.revealed', webhook_id::text, null, null);
  return query
    select s.secret, s.created_at, s.expires_at
    from outbox.webhook_secrets as s
    where s.webhook_id = reveal_secret.webhook_id and (s.expires_at is null or s.expires_at > now())
    order by s.created_at desc;
end
$$;
comment on function outbox.reveal_secret(uuid) is
  'The signing secrets of a webhook that sign now, the newest first; the reading leaves a row in outbox.audit_log. No row: the first is made by the relay that first meets the webhook. Raises OB002.';
