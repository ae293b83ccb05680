create or replace function outbox.next_batch(p_relay integer)
returns table (batch_id bigint, id uuid, type text, body text) language plpgsql rows 100
  -- The plan is made once and by index: the planner cannot know how few rows are new. The
  -- settings hold for the functions called from here too.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
declare
  v_batch bigint;
begin
  update outbox.batches as b set leased_by = p_relay
  where b.id = (select f.id from outbox.batches as f where f.leased_by is null order by f.id limit 1 for update skip locked)
  returning b.id into v_batch;
  if v_batch is null and outbox.has_unread() then
    v_batch := outbox.cut_batches(p_relay);
  end if;
  return query select v_batch, e.id, e.type, e.body from outbox.batch_events(v_batch) as e;
end
$$;
comment on function outbox.next_batch(integer) is
  'Leases one batch to the relay, one that is free or else one cut from the log now, and returns its events, oldest first, with the bodies to send. No row: there is nothing to do.';
