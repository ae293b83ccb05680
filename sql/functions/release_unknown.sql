create or replace function outbox.release_unknown(p_relay integer, p_known_batches bigint[], p_known_deliveries uuid[])
returns integer language plpgsql as $$
declare
  v_batches    integer;
  v_deliveries integer;
begin
  update outbox.batches as b set leased_by = null, take_overs = b.take_overs + 1
  where b.leased_by = p_relay and b.id <> all (p_known_batches);
  get diagnostics v_batches = row_count;
  update outbox.pending_deliveries as d set leased_by = null
  where d.leased_by = p_relay and d.id <> all (p_known_deliveries);
  get diagnostics v_deliveries = row_count;
  return v_batches + v_deliveries;
end
$$;
comment on function outbox.release_unknown(integer, bigint[], uuid[]) is
  'Frees what is leased to the relay without its knowledge: the answer to its claim was lost with the connection. Returns how much.';
