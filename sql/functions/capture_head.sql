create or replace function outbox.capture_head(p_watch outbox.watches)
returns text language sql stable as $$
  select quote_literal(format('{"table":%s,"operation":"%s","key":', to_json(outbox.relation_name(p_watch.relation)), p_watch.operation))
$$;
comment on function outbox.capture_head(outbox.watches) is
  'Source of the constant beginning of an event''s data. Used to compile capture functions.';
