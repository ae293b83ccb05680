create or replace function outbox.delivery_id(p_event_id uuid, p_webhook_id uuid)
returns uuid language sql immutable parallel safe as $$
  -- The event's time and its next bits, then 62 bits that both ids decide, behind the variant of RFC 9562.
  select encode(substring(uuid_send(p_event_id) from 1 for 8)
    || int8send(uuid_hash_extended(p_event_id, uuid_hash_extended(p_webhook_id, 0)) & 4611686018427387903 | (-9223372036854775808)), 'hex')::uuid
$$;
comment on function outbox.delivery_id(uuid, uuid) is
  'The id of the delivery of an event to a webhook. It follows from both, so that recording it twice is noticed by the primary key alone, and begins with the event''s time, so that both live in partitions of the same day.';
