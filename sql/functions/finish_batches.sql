create or replace function outbox.finish_batches(p_relay integer, p_batch_ids bigint[])
returns void language sql volatile as $$
  delete from outbox.batches as b where b.id = any (p_batch_ids) and b.leased_by = p_relay
$$;
comment on function outbox.finish_batches(integer, bigint[]) is
  'Removes batches whose deliveries are all recorded, if this relay still holds them.';
