create or replace function outbox.writers_ring()
returns boolean language sql stable as $$
  -- Where transactions can be prepared, a NOTIFY would make PREPARE TRANSACTION fail.
  select s.notify and current_setting('max_prepared_transactions') = '0' from outbox.settings as s
$$;
comment on function outbox.writers_ring() is
  'Whether writers wake a sleeping relay with NOTIFY. Where they do not, the relay polls.';
