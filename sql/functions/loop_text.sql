create or replace function outbox.loop_text()
returns text language sql stable as $$
  select format('its chain of causes is longer than max_cause_depth (%s)', s.max_cause_depth) from outbox.settings as s
$$;
comment on function outbox.loop_text() is
  'Why an event too deep in a chain of causes is not sent.';
