create or replace function outbox.next_batch(p_relay integer)
returns table (batch_id bigint, id uuid, type text, body text) language plpgsql rows 100
  -- The plan is made once and by index: the planner cannot know how few rows are new. The settings hold for the
  -- functions called from here too.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
#variable_conflict use_column
declare
  v_id    bigint;
  v_batch outbox.batches;
begin
  if (select s.paused_at is not null from outbox.settings as s) then return; end if;
  -- Not waiting for the disk is safe here: a lease that a crash of the server loses takes the cursor's step with it, and
  -- recording a result makes both durable first.
  perform set_config('synchronous_commit', 'off', true);
  update outbox.batches as b set leased_by = p_relay
  where b.id = (select f.id from outbox.batches as f where f.leased_by is null order by f.id limit 1 for update skip locked)
  returning b.id into v_id;
  v_id := coalesce(v_id, outbox.cut_batches(p_relay));
  if v_id is null then return; end if;
  select b.* into strict v_batch from outbox.batches as b where b.id = v_id;
  return query
    select v_id, e.id, e.type, outbox.body(e)
    from outbox.events as e
    where e.id = any (v_batch.event_ids) and e.id between v_batch.first_id and v_batch.last_id
    order by e.id;
end
$$;
comment on function outbox.next_batch(integer) is
  'Leases one batch to the relay, one that is free or else one cut from the log now, and returns its events, oldest first, with the bodies to send. No row: there is nothing to do.';
