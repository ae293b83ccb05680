create or replace function outbox.resend(delivery_id uuid)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_delivery outbox.webhook_deliveries;
  v_webhook  outbox.webhooks;
begin
  select d.* into v_delivery from outbox.webhook_deliveries as d where d.id = delivery_id;
  if not found then
    raise exception 'argument "delivery_id" is %, for which there is no delivery', coalesce(quote_literal(delivery_id), 'null')
      using errcode = 'OB002', hint = 'See: select id, event_type, status from outbox.webhook_deliveries order by id desc limit 10.';
  end if;
  select w.* into v_webhook from outbox.webhooks as w where w.id = v_delivery.webhook_id;
  if not found then
    raise exception 'the webhook of delivery % has been deleted', delivery_id
      using errcode = 'OB002', hint = 'Register it again; outbox.replay then sends it past events.';
  end if;
  if v_delivery.payload is null then
    raise exception 'the event of delivery % is no longer in the log', delivery_id
      using errcode = 'OB002', hint = 'It is older than the retention in outbox.settings.';
  end if;
  perform outbox.check_can_send(v_webhook);
  if v_delivery.status = 'held' or (v_delivery.status = 'pending' and v_delivery.next_attempt_at is not null) then
    -- Being attempted now, or waiting: waiting ends.
    update outbox.pending_deliveries as d set next_attempt_at = clock_timestamp() where d.id = delivery_id and d.leased_by is null;
  elsif v_delivery.status = 'pending' then
    raise exception 'delivery % waits for an earlier one of the same key', delivery_id
      using errcode = 'OB001', hint = 'Its webhook is ordered: the earlier one has to be delivered, or dead, first.';
  else
    perform outbox.redeliver(v_delivery.webhook_id, array[v_delivery.event_id]);
  end if;
  perform outbox.audit('delivery.resent', delivery_id::text, null, json_build_object('webhook_id', v_webhook.id));
  perform outbox.ring();
  return case when v_webhook.paused_at is null then 'pending' else 'held' end;
end
$$;
comment on function outbox.resend(uuid) is
  'Sends a delivery again, now: the same event id and the same bytes, as a further attempt of the same delivery; when it fails, the retry schedule begins anew. Returns its status: pending, or held while the webhook is paused. Raises OB001 for a disabled webhook or a delivery that waits for its turn, OB002 when delivery, webhook or event are gone.';
