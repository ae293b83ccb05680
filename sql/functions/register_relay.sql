create or replace function outbox.register_relay(p_name text, p_version text, p_lease interval)
returns integer language plpgsql as $$
declare
  v_id integer;
begin
  insert into outbox.relays (name, version, alive_until) values (p_name, p_version, clock_timestamp() + p_lease) returning id into v_id;
  perform pg_advisory_lock(1869968483, v_id);
  return v_id;
end
$$;
comment on function outbox.register_relay(text, text, interval) is
  'Registers a relay and takes the session lock that tells it is alive. Returns its number.';
