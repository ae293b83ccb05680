create or replace function outbox.caller()
returns name language sql stable as $$
  select coalesce(nullif(current_setting('role'), 'none'), session_user)::name
$$;
comment on function outbox.caller() is
  'The role that called, also inside a function that runs with its owner''s rights.';
