create or replace function outbox.uuid_time(p_id uuid)
returns timestamptz language sql immutable strict parallel safe as $$
  select to_timestamp(('x' || lpad(substr(translate(p_id::text, '-', ''), 1, 12), 16, '0'))::bit(64)::bigint / 1000.0)
$$;
comment on function outbox.uuid_time(uuid) is
  'The instant in the id of an event or a delivery, in milliseconds.';
