create or replace function outbox.release_deliveries(p_relay integer, p_ids uuid[])
returns void language sql volatile as $$
  update outbox.pending_deliveries as d set leased_by = null where d.id = any (p_ids) and d.leased_by = p_relay
$$;
comment on function outbox.release_deliveries(integer, uuid[]) is
  'Gives claimed deliveries back without an attempt, when their lane has no room for them after all.';
