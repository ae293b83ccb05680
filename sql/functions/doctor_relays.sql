create or replace function outbox.doctor_relays()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select case when exists (select from outbox.webhooks as w where w.enabled) then 'error' else 'warning' end, 'relays',
         'No relay is at work: events are captured, and nothing is sent.',
         c.cut_at, 'Start one with DATABASE_URL set to this database: outbox relay'
  from outbox.event_cursor as c
  where not exists (select from outbox.relays as r where r.state = 'at work')
  union all
  select 'warning', format('relay %s (%s)', r.id, r.name),
         case r.state when 'hung' then 'It hangs: it has not renewed its lease. Other relays take over what it held, at once.'
                      else 'It is gone: its session has ended. Other relays take over what it held within a second.' end,
         case r.state when 'hung' then r.alive_until end, format('select * from outbox.retire_dead_relays(0, ''{%s}'')', r.id)
  from outbox.relays as r
  where r.state <> 'at work'
$$;
comment on function outbox.doctor_relays() is
  'Finds that no relay is at work, and relays that hang or are gone.';
