create or replace function outbox.explain_pending(p_delivery outbox.pending_deliveries, p_webhook outbox.webhooks, p_halt text)
returns text language plpgsql stable as $$
declare
  v_attempt text := 'attempt ' || p_delivery.attempts + 1;
begin
  if p_delivery.leased_by is not null then
    return format('%s is being made by %s', v_attempt, outbox.relay_text(p_delivery.leased_by));
  end if;
  if not p_webhook.enabled or p_webhook.paused_at is not null then
    return 'held: the webhook is ' || outbox.explain_stop(p_webhook);
  end if;
  if p_delivery.next_attempt_at is null then
    return format('waits for an earlier delivery of the same key: %s', (
      select d.id
      from outbox.pending_deliveries as d
      where d.webhook_id = p_delivery.webhook_id and d.order_key = p_delivery.order_key and d.ordinal is not null
      order by d.ordinal
      limit 1));
  end if;
  return concat_ws('; ',
    case when p_delivery.next_attempt_at > clock_timestamp() then format('%s is due at %s', v_attempt, outbox.utc_text(p_delivery.next_attempt_at))
      else v_attempt || ' is due' end,
    p_halt);
end
$$;
comment on function outbox.explain_pending(outbox.pending_deliveries, outbox.webhooks, text) is
  'What a pending delivery waits for, in words. p_halt: why nothing at all is being sent.';
