create or replace function outbox.webhook_label(p_webhook outbox.webhooks)
returns text language sql immutable as $$
  -- The path of a URL may be a secret.
  select format('webhook %s (%s)', p_webhook.id, substring(p_webhook.url from '^[a-z]+://[^/?]+'))
$$;
comment on function outbox.webhook_label(outbox.webhooks) is
  'How messages name a webhook: its id and the host that it calls.';
