create or replace function outbox.settle_loops(p_batch outbox.batches)
returns uuid[] language plpgsql as $$
declare
  v_loops uuid[] := outbox.loops_among(p_batch.event_ids, p_batch.first_id, p_batch.last_id);
begin
  if cardinality(v_loops) > 0 then
    insert into outbox.settled_deliveries
      (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms, error)
    select outbox.delivery_id(e.id, m.webhook_id), m.webhook_id, e.id, e.type, 'dead', 0, clock_timestamp(), clock_timestamp(), 0,
           'not sent: ' || outbox.loop_text()
    from outbox.matches(v_loops, p_batch.first_id, p_batch.last_id) as m
    join outbox.events as e on e.id = m.event_id and e.id between p_batch.first_id and p_batch.last_id
    -- A person may have resent one meanwhile, if the batch is taken over.
    where not outbox.is_recorded(e.id, m.webhook_id)
    on conflict do nothing;
  end if;
  return v_loops;
end
$$;
comment on function outbox.settle_loops(outbox.batches) is
  'Settles the deliveries of those events of a batch as dead that lie too deep in a chain of causes: a receiver that writes back would otherwise keep itself busy for ever. Returns these events.';
