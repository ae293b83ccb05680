create or replace function outbox.settled_as(p_event_id uuid, p_webhook_id uuid)
returns text language plpgsql stable as $$
declare
  v_id uuid := outbox.delivery_id(p_event_id, p_webhook_id);
begin
  -- A function of its own, so that it stays a look-up in one partition.
  return (select s.status from outbox.settled_deliveries as s where s.id = v_id);
end
$$;
comment on function outbox.settled_as(uuid, uuid) is
  'How the delivery of an event to a webhook ended: delivered or dead. Null: it has not, or there is none.';
