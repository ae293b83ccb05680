create or replace function outbox.find_webhook(p_webhook_id uuid)
returns outbox.webhooks language plpgsql stable as $$
declare
  v_webhook outbox.webhooks;
begin
  select w.* into v_webhook from outbox.webhooks as w where w.id = p_webhook_id;
  if not found then
    raise exception 'argument "webhook_id" is %, for which there is no webhook', coalesce(quote_literal(p_webhook_id), 'null')
      using errcode = 'OB002', hint = 'See: select id, url from outbox.webhooks.';
  end if;
  return v_webhook;
end
$$;
comment on function outbox.find_webhook(uuid) is
  'The webhook with this id. Raises OB002 when there is none.';
