create or replace function outbox.doctor_silence()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select case b.kind when 'apply worker' then 'info' else 'warning' end, b.who, concat(b.what, '. ', b.effect), b.since, b.mend
  from outbox.blockers as b
  where b.kind in ('replica role', 'apply worker')
  union all
  select 'error', 'setting session_replication_role', 'It is replica for the whole server: no change makes an event, because triggers do not fire.',
         null, E'alter system reset session_replication_role;\nselect pg_reload_conf()'
  from pg_settings as s
  where s.name = 'session_replication_role' and s.setting = 'replica' and s.source in ('configuration file', 'command line', 'environment variable')
$$;
comment on function outbox.doctor_silence() is
  'Finds whose changes make no events: roles and databases set to session_replication_role = replica, and subscriptions that write to watched tables.';
