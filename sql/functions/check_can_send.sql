create or replace function outbox.check_can_send(p_webhook outbox.webhooks)
returns void language plpgsql immutable as $$
begin
  if not p_webhook.enabled then
    raise exception 'the webhook % is disabled', p_webhook.id
      using errcode = 'OB001', hint = format('Enable it first: update outbox.webhooks set enabled = true where id = %L.', p_webhook.id);
  end if;
end
$$;
comment on function outbox.check_can_send(outbox.webhooks) is
  'Raises OB001 when a webhook is disabled, so that nothing can be sent to it.';
