create or replace function outbox.retire_dead_relays(p_relay integer, p_suspects integer[], p_now timestamptz default clock_timestamp())
returns table (relay integer, name text, reason text, freed integer) language plpgsql as $$
begin
  for relay, name, reason in
    select r.id, r.name, case when r.alive_until < p_now then 'hung' else 'died' end
    from outbox.registered_relays as r
    where r.id <> p_relay
      and (r.alive_until < p_now or (r.id = any (p_suspects) and pg_try_advisory_xact_lock(1869968483, r.id)))
    for update skip locked
  loop
    freed := outbox.retire_relay(relay);
    return next;
  end loop;
end
$$;
comment on function outbox.retire_dead_relays(integer, integer[], timestamptz) is
  'Frees what other relays hold that died (the suspects whose session lock is free) or hung (their lease ended). Returns them.';
