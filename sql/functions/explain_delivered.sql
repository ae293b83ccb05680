create or replace function outbox.explain_delivered(
  p_webhook outbox.webhooks, p_event outbox.events, p_patterns text[], p_data jsonb, p_reason text)
returns text language sql stable as $$
  select concat_ws('; ', p_reason, case
    when p_webhook.id is null then 'the webhook has been deleted'
    when p_event.id is null then 'the event is no longer in the log'
    else 'would not match any more: ' || outbox.explain_mismatch(p_webhook, p_event, p_patterns, p_data) end)
$$;
comment on function outbox.explain_delivered(outbox.webhooks, outbox.events, text[], jsonb, text) is
  'What has become of a delivery (p_reason), and whether the webhook or the event are not what they were when it was made.';
