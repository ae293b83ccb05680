create or replace function outbox.held_batches(p_relay integer, p_batch_ids bigint[])
returns bigint[] language sql volatile as $$
  -- Locked until the results are committed: a take-over waits for them, and then sees them.
  select coalesce(array_agg(b.id), '{}')
  from (
    select b.id from outbox.batches as b
    where b.id = any (p_batch_ids) and b.leased_by = p_relay
    order by b.id
    for no key update) as b
$$;
comment on function outbox.held_batches(integer, bigint[]) is
  'Those of the batches that are still leased to the relay, locked. What a relay writes for others changes nothing.';
