create or replace function outbox.do_chores(p_now timestamptz default clock_timestamp(), out made bigint, out wait_ms integer)
language plpgsql as $$
begin
  made := outbox.close_bursts(p_now) + outbox.advance_replays(p_now);
  wait_ms := coalesce(
    -- One that waits for its webhook goes on with the ring of whoever enables it.
    (select 200 from outbox.replays as r join outbox.webhooks as w on w.id = r.webhook_id and w.enabled
     where r.finished_at is null and r.cancelled_at is null limit 1),
    (select least(1000, min(extract(epoch from w.coalesce_for)) * 250)::integer from outbox.watches as w where w.coalesce_for is not null),
    5000);
end
$$;
comment on function outbox.do_chores(timestamptz) is
  'What relays do besides sending: closes bursts, carries replays on. Returns how many events and deliveries that made, and after how many milliseconds to call again.';
