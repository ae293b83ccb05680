create or replace function outbox.uuid_at(p_time timestamptz)
returns uuid language sql immutable strict parallel safe as $$
  -- Rounded down, as the milliseconds in an id are; as far as such an id can tell time.
  select (lpad(to_hex(floor(extract(epoch from least(greatest(p_time, 'epoch'), '9999-12-31 UTC')) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;
comment on function outbox.uuid_at(timestamptz) is
  'The smallest id that an event of this instant can have: a bound for reading events, deliveries and attempts by time.';
