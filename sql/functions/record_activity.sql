create or replace function outbox.record_activity(p_activity json, p_now timestamptz default clock_timestamp())
returns void language plpgsql security definer
  -- What it waits for it can do later: the relay has other things to do on this connection.
  set search_path = pg_catalog, pg_temp set lock_timeout = '1s' set jit = off
as $$
begin
  delete from outbox.activity_minutes as m
  using (select x.minute, x.webhook_id from outbox.activity_minutes as x where x.minute < p_now - interval '2 days'
         order by x.minute, x.webhook_id limit 2000 for update skip locked) as old
  where m.minute = old.minute and m.webhook_id = old.webhook_id;
  delete from outbox.activity_hours as h
  using (select x.hour, x.webhook_id from outbox.activity_hours as x where x.hour < p_now - interval '25 hours'
         order by x.hour, x.webhook_id limit 2000 for update skip locked) as old
  where h.hour = old.hour and h.webhook_id = old.webhook_id;

  with activity as materialized (
    select a.webhook_id, a.delivered, a.failed, a.dead, a.durations, a.last_failure,
           p_now - a.success_age_ms * interval '1 ms' as succeeded_at,
           p_now - a.failure_age_ms * interval '1 ms' as failed_at,
           p_now - a.failing_age_ms * interval '1 ms' as failing_since
    from json_to_recordset(p_activity)
      as a (webhook_id uuid, delivered integer, failed integer, dead integer, durations integer[],
            success_age_ms float8, failure_age_ms float8, failing_age_ms float8, last_failure text)
    join outbox.webhooks as w on w.id = a.webhook_id
    -- All relays lock in the same order, and none waits for whoever is just deleting a webhook.
    order by a.webhook_id
    for key share of w skip locked
  ), by_minute as (
    insert into outbox.activity_minutes as m (minute, webhook_id, delivered, failed, dead, durations)
    select date_trunc('minute', p_now), a.webhook_id, a.delivered, a.failed, a.dead, a.durations
    from activity as a
    on conflict (minute, webhook_id) do update
    set delivered = m.delivered + excluded.delivered, failed = m.failed + excluded.failed, dead = m.dead + excluded.dead,
        durations = (select coalesce(array_agg(coalesce(u.before, 0) + coalesce(u.new, 0) order by u.n), '{}')
                     from unnest(m.durations, excluded.durations) with ordinality as u (before, new, n))
  ), by_hour as (
    insert into outbox.activity_hours as h (hour, webhook_id, delivered, failed, dead, durations)
    select date_trunc('hour', p_now, 'UTC'), a.webhook_id, a.delivered, a.failed, a.dead, a.durations
    from activity as a
    on conflict (hour, webhook_id) do update
    set delivered = h.delivered + excluded.delivered, failed = h.failed + excluded.failed, dead = h.dead + excluded.dead,
        durations = (select coalesce(array_agg(coalesce(u.before, 0) + coalesce(u.new, 0) order by u.n), '{}')
                     from unnest(h.durations, excluded.durations) with ordinality as u (before, new, n))
  )
  insert into outbox.webhook_activity as w (webhook_id, last_attempt_at, last_success_at, last_failure_at, failing_since, last_failure)
  select a.webhook_id, greatest(a.succeeded_at, a.failed_at), a.succeeded_at, a.failed_at, a.failing_since, a.last_failure
  from activity as a
  where a.succeeded_at is not null or a.failed_at is not null
  on conflict (webhook_id) do update
  set last_attempt_at = greatest(w.last_attempt_at, excluded.last_attempt_at),
      last_success_at = greatest(w.last_success_at, excluded.last_success_at),
      last_failure_at = greatest(w.last_failure_at, excluded.last_failure_at),
      last_failure = case when excluded.last_failure_at >= coalesce(w.last_failure_at, '-infinity') then excluded.last_failure else w.last_failure end,
      -- Another relay's success may lie between two failures of this one: then the last failure is the first that is known to follow it.
      failing_since = (
        select min(f.at)
        from (values (w.failing_since), (excluded.failing_since), (w.last_failure_at), (excluded.last_failure_at)) as f (at)
        where f.at > coalesce(greatest(w.last_success_at, excluded.last_success_at), '-infinity'));
end
$$;
comment on function outbox.record_activity(json, timestamptz) is
  'Adds what a relay has counted since it last called: an array of objects with webhook_id, delivered, failed, dead, durations (activity_minutes.durations), last_failure, and the milliseconds since the last success, the last failure and the first failure after the last success, each null where there was none. Webhooks that are deleted meanwhile are skipped. Deletes some minutes older than two days and hours older than a day.';
