create or replace function outbox.door()
returns text language sql stable as $$
  select case
    when current_setting('outbox.door', true) in ('page', 'api', 'sql', 'command', 'relay') then current_setting('outbox.door')
    when current_setting('application_name') like 'outbox relay%' then 'relay'
    when current_setting('application_name') like 'outbox %' then 'command'
    else 'sql' end
$$;
comment on function outbox.door() is
  'How whoever acts came in: page, api, sql, command or relay.';
