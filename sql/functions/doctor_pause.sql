create or replace function outbox.doctor_pause()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select 'warning', 'everything', 'All sending is paused: events are captured and wait.', s.paused_at, 'select outbox.resume()'
  from outbox.settings as s
  where s.paused_at is not null
$$;
comment on function outbox.doctor_pause() is
  'Finds that everything is paused.';
