create or replace function outbox.settle_loops(p_batch outbox.batches)
returns uuid[] language plpgsql as $$
declare
  v_most  integer := (select s.max_cause_depth from outbox.settings as s);
  v_loops uuid[];
begin
  select coalesce(array_agg(e.id), '{}') into v_loops
  from outbox.events as e
  where e.id = any (p_batch.event_ids) and e.id between p_batch.first_id and p_batch.last_id
    and e.context is not null and outbox.cause_depth(e.context, v_most) > v_most;
  if cardinality(v_loops) > 0 then
    insert into outbox.settled_deliveries
      (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms, error)
    select outbox.delivery_id(e.id, m.webhook_id), m.webhook_id, e.id, e.type, 'dead', 0, clock_timestamp(), clock_timestamp(), 0,
           format('not sent: more than %s events in a chain of causes (max_cause_depth)', v_most)
    from outbox.matches(v_loops, p_batch.first_id, p_batch.last_id) as m
    join outbox.events as e on e.id = m.event_id
    on conflict do nothing;
  end if;
  return v_loops;
end
$$;
comment on function outbox.settle_loops(outbox.batches) is
  'Settles the deliveries of those events of a batch as dead that lie too deep in a chain of causes: a receiver that writes back would otherwise keep itself busy for ever. Returns these events.';
