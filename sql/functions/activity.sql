create or replace function outbox.activity(
  webhook_id uuid default null, since timestamptz default now() - interval '1 hour', step interval default '1 min')
returns table (bucket timestamptz, delivered bigint, failed bigint, dead bigint, p50_ms double precision, p95_ms double precision, p99_ms double precision)
language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan set jit = off
as $$
#variable_conflict use_variable
declare
  v_first timestamptz;
  v_hours boolean;
begin
  if step is null or step not between '1 min' and '1 day' or extract(epoch from step) % 60 <> 0 then
    raise exception 'argument "step" is %', coalesce(step::text, 'null')
      using errcode = 'OB001', hint = 'Give whole minutes, from 1 min to 1 day.';
  end if;
  if since is null or since not between now() - interval '2 days' and now() then
    raise exception 'argument "since" is %', coalesce(since::text, 'null')
      using errcode = 'OB001', hint = 'Give an instant within the last two days: so long the counts are kept.';
  end if;
  v_first := date_bin(step, since, '2000-01-01 UTC');
  -- The hours are kept for a day.
  v_hours := extract(epoch from step) % 3600 = 0 and v_first >= date_trunc('hour', now() - interval '24 hours', 'UTC');
  return query
    select g.at, coalesce(a.delivered, 0), coalesce(a.failed, 0), coalesce(a.dead, 0),
           round(outbox.percentile_of(a.durations, 0.5)::numeric, 1)::double precision,
           round(outbox.percentile_of(a.durations, 0.95)::numeric, 1)::double precision,
           round(outbox.percentile_of(a.durations, 0.99)::numeric, 1)::double precision
    from generate_series(v_first, now(), step) as g (at)
    left join outbox.sum_activity(v_first, step, v_hours, webhook_id, false) as a on a.bucket = g.at
    order by g.at;
end
$$;
comment on function outbox.activity(uuid, timestamptz, interval) is
  'Attempts of a webhook (null: of all) in steps of time, oldest first: how many were answered with 2xx, how many were not, how many deliveries were given up, and how long 50, 95 and 99 of 100 attempts took at most (estimated from a histogram; null: there was none). The first step is the one that since lies in, the last one is not over yet. Steps begin at whole multiples of their length, in UTC. For many webhooks and a day, steps of an hour are the quickest. Raises OB001.';
