create or replace function outbox.advance_replays(p_now timestamptz default clock_timestamp())
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_replay outbox.replays;
  v_queued bigint := 0;
begin
  if (select s.paused_at is not null from outbox.settings as s) then return 0; end if;
  for v_replay in
    select r.*
    from outbox.replays as r
    join outbox.webhooks as w on w.id = r.webhook_id and w.enabled
    where r.finished_at is null and r.cancelled_at is null
    order by r.id
    for update of r skip locked
  loop
    v_queued := v_queued + outbox.advance_replay(v_replay, p_now);
  end loop;
  return v_queued;
end
$$;
comment on function outbox.advance_replays(timestamptz) is
  'Carries every open replay of an enabled webhook on by what its rate allows since it last was. Relays call it; what one has locked, others leave alone. Returns how many deliveries were queued.';
