create or replace function outbox.doctor_webhooks(p_now timestamptz default now())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with found (severity, webhook, finding, since, mend) as (
    select 'warning', w, format('It was disabled: %s', w.disabled_reason), w.disabled_at,
           format('update outbox.webhooks set enabled = true where id = %L', w.id)
    from outbox.webhooks as w
    where not w.enabled and w.disabled_reason is not null
    union all
    select 'warning', w, concat('Every attempt has failed for more than an hour. The last one: ', left(a.last_failure, 200)), a.failing_since,
           format('See what it answers: select * from outbox.webhook_attempts where webhook_id = %L order by attempted_at desc limit 5', w.id)
    from outbox.webhook_activity as a
    join outbox.webhooks as w on w.id = a.webhook_id
    where w.enabled and w.paused_at is null and a.failing_since < p_now - interval '1 hour'
    union all
    select 'info', w, 'It is paused: its deliveries are held.', w.paused_at, format('select outbox.resume(%L)', w.id)
    from outbox.webhooks as w
    where w.enabled and w.paused_at is not null
  ), numbered as (
    select f.*, row_number() over (order by f.severity = 'info', f.since, (f.webhook).id) as number from found as f
  )
  select n.severity, outbox.webhook_label(n.webhook), n.finding, n.since, n.mend from numbered as n where n.number <= 20
  union all
  -- A page of them is enough to know.
  select 'warning', 'webhooks', format('%s more are disabled with a reason, failing for more than an hour, or paused.', count(*)), min(n.since),
         'See them: select id, url, disabled_reason, disabled_at, paused_at from outbox.webhooks where disabled_reason is not null or paused_at is not null'
  from numbered as n
  where n.number > 20
  having count(*) > 0
$$;
comment on function outbox.doctor_webhooks(timestamptz) is
  'Finds webhooks that were disabled with a reason, have been failing for more than an hour, or are paused: the twenty of longest standing, and how many more.';
