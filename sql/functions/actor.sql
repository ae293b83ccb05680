create or replace function outbox.actor()
returns text language sql stable as $$
  select left(coalesce(nullif(current_setting('outbox.actor', true), ''), session_user), 200)
$$;
comment on function outbox.actor() is
  'Who acts in this transaction: the name that the admin set, else the database role that logged in.';
