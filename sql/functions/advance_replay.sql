create or replace function outbox.advance_replay(p_replay outbox.replays, p_now timestamptz)
returns bigint language plpgsql as $$
declare
  -- What could have been queued since the last time; after a standstill no more than of five seconds.
  v_budget   bigint := floor(p_replay.rate_limit * extract(epoch from least(p_now - p_replay.advanced_at, interval '5 s')))::bigint;
  v_position uuid := coalesce(p_replay.position, outbox.uuid_at(p_replay.since));
  v_queued   bigint := 0;
  v_finished timestamptz;
  v_ids      uuid[];
  v_wanted   uuid[];
begin
  if v_budget < 1 then return 0; end if;
  -- At most so many portions a transaction, so that it stays short.
  for v_portion in 1 .. 10 loop
    v_ids := case when p_replay.which = 'dead'
      then outbox.dead_portion(p_replay.webhook_id, v_position, outbox.uuid_at(p_replay.until), p_replay.event_types, 1000)
      else outbox.log_portion(v_position, outbox.uuid_at(p_replay.until), p_replay.event_types, 1000) end;
    if v_ids is null then
      v_finished := p_now;
      exit;
    end if;
    v_wanted := array(
      select r.event_id from outbox.replayable(v_ids, array[p_replay.webhook_id], p_replay.which) as r order by r.event_id limit v_budget - v_queued);
    if cardinality(v_wanted) > 0 then
      perform outbox.redeliver(p_replay.webhook_id, v_wanted);
      v_queued := v_queued + cardinality(v_wanted);
    end if;
    v_position := case when v_queued < v_budget then v_ids[cardinality(v_ids)] else v_wanted[cardinality(v_wanted)] end;
    exit when v_queued >= v_budget;
  end loop;
  update outbox.replays as r
  set position = v_position, deliveries = r.deliveries + v_queued, advanced_at = p_now, finished_at = v_finished
  where r.id = p_replay.id;
  return v_queued;
end
$$;
comment on function outbox.advance_replay(outbox.replays, timestamptz) is
  'Queues the next deliveries of a replay, as many as its rate allows since it was last advanced, and moves its position: both in one transaction, so that nothing is left out or queued twice. Returns how many were queued.';
