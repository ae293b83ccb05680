create or replace function outbox.explain_stop(p_webhook outbox.webhooks)
returns text language sql stable as $$
  select case
    when not p_webhook.enabled then concat('disabled since ', outbox.utc_text(p_webhook.disabled_at), ' (' || p_webhook.disabled_reason || ')')
    when p_webhook.paused_at is not null then concat('paused since ', outbox.utc_text(p_webhook.paused_at)) end
$$;
comment on function outbox.explain_stop(outbox.webhooks) is
  'That a webhook is disabled or paused, in words. Null: it is neither.';
