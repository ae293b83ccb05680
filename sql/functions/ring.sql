create or replace function outbox.ring()
returns void language sql volatile as $$
  select pg_notify('outbox', '')
  -- Where transactions are prepared, a NOTIFY would make PREPARE TRANSACTION fail: the relay polls there.
  where (select s.notify from outbox.settings as s) and current_setting('max_prepared_transactions') = '0'
$$;
comment on function outbox.ring() is
  'Wakes the relays, at commit, because somebody steered: there may be work that no event tells of.';
