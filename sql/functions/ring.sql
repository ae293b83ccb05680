create or replace function outbox.ring()
returns void language sql volatile as $$
  select pg_notify('outbox', '') where outbox.writers_ring()
$$;
comment on function outbox.ring() is
  'Wakes the relays, at commit, because somebody steered: there may be work that no event tells of.';
