create or replace function outbox.is_recorded(p_event_id uuid, p_webhook_id uuid)
returns boolean language plpgsql stable as $$
declare
  v_id uuid := outbox.delivery_id(p_event_id, p_webhook_id);
begin
  -- A function of its own, so that it stays a look-up in one partition and is not planned as a join with all of them.
  return exists (select from outbox.settled_deliveries as s where s.id = v_id)
    or exists (select from outbox.pending_deliveries as p where p.id = v_id);
end
$$;
comment on function outbox.is_recorded(uuid, uuid) is
  'Whether the delivery of an event to a webhook has been written down: settled or pending.';
