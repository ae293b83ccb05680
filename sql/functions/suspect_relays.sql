create or replace function outbox.suspect_relays(p_relay integer)
returns integer[] language sql volatile as $$
  select coalesce(array_agg(r.id), '{}')
  from outbox.registered_relays as r
  where r.id <> p_relay and pg_try_advisory_xact_lock_shared(1869968483, r.id)
$$;
comment on function outbox.suspect_relays(integer) is
  'Relays whose session lock is free: they died, or have lost their connection and may be back in a moment. Who is still among them at a second look is taken for dead.';
