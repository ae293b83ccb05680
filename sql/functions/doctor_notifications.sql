create or replace function outbox.doctor_notifications(p_usage double precision default pg_notification_queue_usage())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select case when p_usage > 0.8 then 'error' else 'warning' end, 'notification queue',
         format('%s %% of it is used, because a listener does not read. When it is full, every commit that rings a relay fails; update outbox.settings set notify = false keeps them from it.', round((p_usage * 100)::numeric)),
         b.since, coalesce(b.mend, 'select * from outbox.blockers')
  from (select) as x
  left join outbox.blockers as b on b.kind = 'notification queue'
  where p_usage > 0.5
$$;
comment on function outbox.doctor_notifications(double precision) is
  'Finds a notification queue that is more than half full (a share of 1).';
