create or replace function outbox.release_unknown(p_relay integer, p_known_batches bigint[], p_known_deliveries uuid[])
returns integer language plpgsql as $$
declare
  v_batches    integer;
  v_deliveries integer;
begin
  update outbox.batches as b set leased_by = null, take_overs = b.take_overs + 1
  where b.leased_by is not null
    and case when b.leased_by = p_relay then b.id <> all (p_known_batches)
             else not exists (select from outbox.registered_relays as r where r.id = b.leased_by) end;
  get diagnostics v_batches = row_count;
  update outbox.pending_deliveries as d set leased_by = null
  where d.leased_by is not null
    and case when d.leased_by = p_relay then d.id <> all (p_known_deliveries)
             else not exists (select from outbox.registered_relays as r where r.id = d.leased_by) end;
  get diagnostics v_deliveries = row_count;
  return v_batches + v_deliveries;
end
$$;
comment on function outbox.release_unknown(integer, bigint[], uuid[]) is
  'Frees what is leased to the relay without its knowledge (the answer to its claim was lost with the connection), or to a relay that is not registered (it was taken for dead and claimed before it noticed). Returns how much.';
