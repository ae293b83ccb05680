drop view if exists outbox.webhook_health;
create view outbox.webhook_health as
select w.id as webhook_id, w.url, s.state,
       round(100.0 * day.delivered / nullif(day.delivered + day.failed, 0), 1) as success_rate,
       coalesce(day.delivered + day.failed, 0) as attempts_24h, coalesce(day.failed, 0) as failed_24h, coalesce(day.dead, 0) as dead_24h,
       round(outbox.percentile_of(hour.durations, 0.5)::numeric, 1) as p50_ms,
       round(outbox.percentile_of(hour.durations, 0.95)::numeric, 1) as p95_ms,
       a.last_success_at, a.failing_since, a.last_failure, coalesce(queue.pending, 0) as pending, w.disabled_reason
from outbox.webhooks as w
left join outbox.webhook_activity as a on a.webhook_id = w.id
left join (
  -- The whole hours, and the minutes before the first of them. They are looked up one by one (offset 0): they lie scattered
  -- over the table, so that the planner would rather read two days of it.
  select c.webhook_id, sum(c.delivered) as delivered, sum(c.failed) as failed, sum(c.dead) as dead
  from (
    select h.webhook_id, h.delivered, h.failed, h.dead
    from outbox.activity_hours as h
    where h.hour >= date_trunc('hour', now() - interval '23 hours', 'UTC')
    union all
    select m.webhook_id, m.delivered, m.failed, m.dead
    from generate_series(date_trunc('minute', now()) - interval '1439 minutes',
                         date_trunc('hour', now() - interval '23 hours', 'UTC') - interval '1 minute', '1 minute') as g (minute)
    cross join lateral (select * from outbox.activity_minutes as a where a.minute = g.minute offset 0) as m
  ) as c
  group by c.webhook_id
) as day on day.webhook_id = w.id
left join outbox.sum_activity(date_trunc('minute', now()) - interval '59 minutes', '1 minute', false, null, true) as hour on hour.webhook_id = w.id
left join (
  select d.webhook_id, count(*) as pending from outbox.pending_deliveries as d group by d.webhook_id
) as queue on queue.webhook_id = w.id
cross join lateral (
  select case
           when not w.enabled then 'disabled'
           when w.paused_at is not null then 'paused'
           when a.failing_since is not null and (a.last_attempt_at > now() - interval '24 hours' or queue.pending > 0) then 'failing'
           when a.last_attempt_at > now() - interval '24 hours' then 'ok'
           else 'idle'
         end as state
) as s
order by s.state <> 'failing', w.url, w.id;
comment on view outbox.webhook_health is 'How each webhook is doing, failing ones first. Attempts are counted by the relays and appear here after a few seconds.';
comment on column outbox.webhook_health.webhook_id is 'The webhook.';
comment on column outbox.webhook_health.url is 'Where its events are POSTed.';
comment on column outbox.webhook_health.state is 'ok: the last attempt succeeded. failing: it did not. paused, disabled: nothing is sent. idle: no attempt in the last 24 hours, and nothing failed waits to be tried again.';
comment on column outbox.webhook_health.success_rate is 'How many of the attempts of the last 24 hours were answered with 2xx, in percent. Null: there was none.';
comment on column outbox.webhook_health.attempts_24h is 'Attempts of the last 24 hours.';
comment on column outbox.webhook_health.failed_24h is 'How many of them were not answered with 2xx.';
comment on column outbox.webhook_health.dead_24h is 'Deliveries that were given up in the last 24 hours after their last attempt.';
comment on column outbox.webhook_health.p50_ms is 'Half of the attempts of the last hour took no longer, in milliseconds; estimated from a histogram. Null: there was none.';
comment on column outbox.webhook_health.p95_ms is '95 of 100 attempts of the last hour took no longer, in milliseconds; estimated from a histogram. Null: there was none.';
comment on column outbox.webhook_health.last_success_at is 'When an attempt last was answered with 2xx. Null: never.';
comment on column outbox.webhook_health.failing_since is 'The first failure since the last success. Null: the last attempt succeeded, or none was made.';
comment on column outbox.webhook_health.last_failure is 'What the last failure was, even where an attempt has succeeded since: the answer''s status, or why there was none. Null: nothing ever failed.';
comment on column outbox.webhook_health.pending is 'Deliveries that wait, are held, or are being attempted again.';
comment on column outbox.webhook_health.disabled_reason is 'Why it is disabled, where that was not a person''s choice. Null otherwise.';
