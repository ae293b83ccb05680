create or replace function outbox.explain_late(p_webhook outbox.webhooks, p_event outbox.events)
returns text language sql stable as $$
  select format('would match now, but did not when the event was read%s: outbox.replay sends it', case
    when p_webhook.created_at > p_event.occurred_at then format(' (the webhook was registered at %s)', outbox.utc_text(p_webhook.created_at))
    when s.enabled_at is not null then format(' (the webhook was disabled until %s)', outbox.utc_text(s.enabled_at))
    when p_webhook.updated_at > p_event.occurred_at then format(' (the webhook was changed at %s)', outbox.utc_text(p_webhook.updated_at)) end)
  from (
    select max(s.enabled_at) as enabled_at
    from outbox.disabled_spans as s
    where s.webhook_id = p_webhook.id and s.enabled_at > p_event.occurred_at) as s
$$;
comment on function outbox.explain_late(outbox.webhooks, outbox.events) is
  'Why a webhook that matches has no delivery of an event that relays are done with: it came, was enabled or was changed too late.';
