create or replace function outbox.check_webhook_limits(p_webhook outbox.webhooks)
returns void language plpgsql immutable as $$
declare
  v_schedule interval[] := coalesce(p_webhook.retry_schedule, '{}');
  v_column   text;
  v_value    text;
  v_hint     text;
begin
  select f.name, f.value, f.hint into v_column, v_value, v_hint
  from (values
    ('rate_limit', p_webhook.rate_limit::text, p_webhook.rate_limit not between 1 and 100000,
     'Give 1 to 100000 requests a second, or null for no limit.'),
    ('max_in_flight', p_webhook.max_in_flight::text, p_webhook.max_in_flight is null or p_webhook.max_in_flight not between 1 and 1000,
     'Give 1 to 1000 requests.'),
    ('timeout', p_webhook.timeout::text, p_webhook.timeout not between '100 ms' and '5 min',
     'Give 100 ms to 5 min, or null for the relay''s default.'),
    ('retry_schedule', p_webhook.retry_schedule::text,
     cardinality(v_schedule) > 100 or array_position(v_schedule, null) is not null
       or not ('0 s'::interval <= all (v_schedule)) or not ('30 days'::interval >= all (v_schedule)),
     'List at most 100 waits, none of them null, negative or longer than 30 days; an empty list means no second attempt.')
  ) as f (name, value, is_wrong, hint)
  where f.is_wrong
  limit 1;
  if found then
    raise exception 'column "%" is %', v_column, coalesce(v_value, 'null') using errcode = 'OB001', column = v_column, hint = v_hint;
  end if;
end
$$;
comment on function outbox.check_webhook_limits(outbox.webhooks) is
  'Raises OB001 when a limit of a webhook is out of bounds. Called by the trigger of outbox.webhooks.';
