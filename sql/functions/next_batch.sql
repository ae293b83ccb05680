create or replace function outbox.next_batch(p_relay integer)
returns table (batch_id bigint, take_overs integer) language plpgsql as $$
begin
  update outbox.batches as b set leased_by = p_relay
  where b.id = (select f.id from outbox.batches as f where f.leased_by is null order by f.id limit 1 for update skip locked)
  returning b.id, b.take_overs into batch_id, take_overs;
  if batch_id is null and outbox.has_unread() then
    batch_id := outbox.cut_batches(p_relay);
    take_overs := 0;
  end if;
  if batch_id is not null then return next; end if;
end
$$;
comment on function outbox.next_batch(integer) is
  'Leases one batch to the relay: one that is free, else one cut from the log now. No row: there is nothing to do.';
