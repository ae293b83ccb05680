create or replace function outbox.batch_events(p_batch_id bigint)
returns table (id uuid, type text, body text) language sql stable as $$
  select e.id, e.type, outbox.body(e)
  from outbox.batches as b
  join outbox.events as e on e.id = any (b.event_ids) and e.id between b.first_id and b.last_id
  where b.id = p_batch_id
  order by e.id
$$;
comment on function outbox.batch_events(bigint) is 'The events of a batch, oldest first, with the bodies to send.';
