create or replace function outbox.register_relay(p_name text, p_version text, p_lease interval)
returns integer language plpgsql as $$
declare
  v_id integer;
begin
  -- A copy holds the original's batches and pending deliveries: whoever cannot register sends none of them.
  perform outbox.check_identity(c) from outbox.event_cursor as c;
  insert into outbox.registered_relays (name, version, alive_until)
  values (p_name, p_version, clock_timestamp() + p_lease)
  returning id into v_id;
  return v_id;
end
$$;
comment on function outbox.register_relay(text, text, interval) is
  'Registers a relay and returns its number. On another connection the relay then holds pg_advisory_lock(1869968483, number), which tells that it is alive. Raises OB005 in a copy of a database.';
