drop view if exists outbox.throughput;
create view outbox.throughput as
select g.minute, coalesce(a.delivered + a.failed, 0) as attempts, coalesce(a.delivered, 0) as delivered,
       coalesce(a.failed, 0) as failed, coalesce(a.dead, 0) as dead,
       round(outbox.percentile_of(a.durations, 0.5)::numeric, 1) as p50_ms,
       round(outbox.percentile_of(a.durations, 0.95)::numeric, 1) as p95_ms
from generate_series(date_trunc('minute', now()) - interval '59 minutes', date_trunc('minute', now()), '1 minute') as g (minute)
left join outbox.sum_activity(date_trunc('minute', now()) - interval '59 minutes', '1 minute', false, null, false) as a on a.bucket = g.minute
order by g.minute desc;
comment on view outbox.throughput is 'What was sent in each minute of the last hour, newest first; the first minute is not over yet. Attempts are counted by the relays and appear here after a few seconds.';
comment on column outbox.throughput.minute is 'The beginning of the minute.';
comment on column outbox.throughput.attempts is 'Attempts that ended in it.';
comment on column outbox.throughput.delivered is 'How many of them were answered with 2xx.';
comment on column outbox.throughput.failed is 'How many of them were not.';
comment on column outbox.throughput.dead is 'Deliveries that were given up in it after their last attempt.';
comment on column outbox.throughput.p50_ms is 'Half of the attempts took no longer, in milliseconds; estimated from a histogram. Null: there was none.';
comment on column outbox.throughput.p95_ms is '95 of 100 attempts took no longer, in milliseconds; estimated from a histogram. Null: there was none.';
