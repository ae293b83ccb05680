create or replace function outbox.delivery_id(p_event_id uuid, p_webhook_id uuid)
returns uuid language sql immutable strict parallel safe as $$
  -- 48 bits of the event's time, then a hash: version 8 of RFC 9562.
  select overlay(overlay(overlay(md5(p_event_id::text || p_webhook_id::text)
    placing substr(translate(p_event_id::text, '-', ''), 1, 12) from 1) placing '8' from 13) placing 'a' from 17)::uuid
$$;
comment on function outbox.delivery_id(uuid, uuid) is
  'The id of the delivery of an event to a webhook. It follows from both, so that recording it twice is noticed by the primary key alone.';
