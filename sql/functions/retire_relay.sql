create or replace function outbox.retire_relay(p_relay integer)
returns integer language plpgsql as $$
declare
  v_batches    integer;
  v_deliveries integer;
begin
  update outbox.batches as b set leased_by = null, take_overs = b.take_overs + 1 where b.leased_by = p_relay;
  get diagnostics v_batches = row_count;
  update outbox.pending_deliveries as d set leased_by = null where d.leased_by = p_relay;
  get diagnostics v_deliveries = row_count;
  delete from outbox.registered_relays as r where r.id = p_relay;
  return v_batches + v_deliveries;
end
$$;
comment on function outbox.retire_relay(integer) is
  'Frees what a relay holds, for others, and forgets it. Called by a relay that stops, and for one that died or hung. Returns how many batches and deliveries it held.';
