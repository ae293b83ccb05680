drop view if exists outbox.throughput;
create view outbox.throughput as
select g.minute, coalesce(a.delivered + a.failed, 0) as attempts, coalesce(a.delivered, 0) as delivered,
       coalesce(a.failed, 0) as failed, coalesce(a.dead, 0) as dead,
       round(outbox.percentile_of(a.durations, 0.5)::numeric, 1) as p50_ms,
       round(outbox.percentile_of(a.durations, 0.95)::numeric, 1) as p95_ms
from generate_series(date_trunc('minute', now()) - interval '59 minutes', date_trunc('minute', now()), '1 minute') as g (minute)
-- Each minute is looked up by itself: they lie scattered over the table, so that the planner would rather read two days of it.
cross join lateral (
  -- Forty sums take a third of the time that unnesting the arrays would.
  select sum(m.delivered) as delivered, sum(m.failed) as failed, sum(m.dead) as dead,
         array[sum(m.durations[1]), sum(m.durations[2]), sum(m.durations[3]), sum(m.durations[4]), sum(m.durations[5]), sum(m.durations[6]), sum(m.durations[7]), sum(m.durations[8]),
                 sum(m.durations[9]), sum(m.durations[10]), sum(m.durations[11]), sum(m.durations[12]), sum(m.durations[13]), sum(m.durations[14]), sum(m.durations[15]), sum(m.durations[16]),
                 sum(m.durations[17]), sum(m.durations[18]), sum(m.durations[19]), sum(m.durations[20]), sum(m.durations[21]), sum(m.durations[22]), sum(m.durations[23]), sum(m.durations[24]),
                 sum(m.durations[25]), sum(m.durations[26]), sum(m.durations[27]), sum(m.durations[28]), sum(m.durations[29]), sum(m.durations[30]), sum(m.durations[31]), sum(m.durations[32]),
                 sum(m.durations[33]), sum(m.durations[34]), sum(m.durations[35]), sum(m.durations[36]), sum(m.durations[37]), sum(m.durations[38]), sum(m.durations[39]), sum(m.durations[40])]::integer[] as durations
  from outbox.activity_minutes as m
  where m.minute = g.minute
) as a
order by g.minute desc;
comment on view outbox.throughput is 'What was sent in each minute of the last hour, newest first; the first minute is not over yet. Attempts are counted by the relays and appear here after a few seconds.';
comment on column outbox.throughput.minute is 'The beginning of the minute.';
comment on column outbox.throughput.attempts is 'Attempts that ended in it.';
comment on column outbox.throughput.delivered is 'How many of them were answered with 2xx.';
comment on column outbox.throughput.failed is 'How many of them were not.';
comment on column outbox.throughput.dead is 'Deliveries that were given up in it after their last attempt.';
comment on column outbox.throughput.p50_ms is 'Half of the attempts took no longer, in milliseconds; estimated from a histogram. Null: there was none.';
comment on column outbox.throughput.p95_ms is '95 of 100 attempts took no longer, in milliseconds; estimated from a histogram. Null: there was none.';
