create or replace function outbox.renew_relay(p_relay integer, p_lease interval)
returns boolean language sql volatile as $$
  with renewed as (
    update outbox.registered_relays as r set alive_until = clock_timestamp() + p_lease where r.id = p_relay returning 1)
  select exists (select from renewed)
$$;
comment on function outbox.renew_relay(integer, interval) is
  'Extends the relay''s lease. False: others took it for dead and removed it; it has to register anew.';
