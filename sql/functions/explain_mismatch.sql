create or replace function outbox.explain_mismatch(p_webhook outbox.webhooks, p_event outbox.events, p_patterns text[], p_data jsonb)
returns text language plpgsql stable as $$
declare
  v_reason text;
begin
  if p_event.only_for <> p_webhook.id then return 'meant for another webhook only'; end if;
  v_reason := concat_ws('; ',
    case when not p_webhook.events && p_patterns then format('no pattern of %s matches %s', p_webhook.events, p_event.type) end,
    case
      when p_webhook.tenant is null or p_webhook.tenant = p_event.tenant then null
      when p_event.tenant is null then format('wants tenant %L, the event has none', p_webhook.tenant)
      else format('wants tenant %L, the event''s is %L', p_webhook.tenant, p_event.tenant) end);
  -- A filter is written for the events that the patterns let through.
  return coalesce(nullif(v_reason, ''), outbox.filter_verdict(p_webhook.filter, p_data));
end
$$;
comment on function outbox.explain_mismatch(outbox.webhooks, outbox.events, text[], jsonb) is
  'Why an event, with its type''s patterns and its data as filters read it, is not what a webhook wants, enabled or not. Null: it is.';
