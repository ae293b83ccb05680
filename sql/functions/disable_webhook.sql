create or replace function outbox.disable_webhook(p_webhook_id uuid, p_reason text)
returns boolean language sql volatile as $$
  with disabled as (
    update outbox.webhooks as w set enabled = false, disabled_reason = p_reason where w.id = p_webhook_id and w.enabled returning 1)
  select exists (select from disabled)
$$;
comment on function outbox.disable_webhook(uuid, text) is
  'Disables a webhook with a reason, when it is not a person who does. Its pending deliveries are held. False: it was disabled already, or is gone.';
