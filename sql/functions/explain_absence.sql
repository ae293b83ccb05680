create or replace function outbox.explain_absence(p_webhook outbox.webhooks, p_event outbox.events, p_patterns text[], p_data jsonb)
returns text language sql stable as $$
  select concat_ws('; ',
    outbox.explain_mismatch(p_webhook, p_event, p_patterns, p_data),
    case when not p_webhook.enabled then outbox.explain_stop(p_webhook) end)
$$;
comment on function outbox.explain_absence(outbox.webhooks, outbox.events, text[], jsonb) is
  'All that keeps a webhook from an event: what it does not want of it, and that it is disabled.';
