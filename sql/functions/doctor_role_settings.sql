create or replace function outbox.doctor_role_settings()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with relays as (
    select m.oid, m.rolname
    from pg_roles as r
    join pg_roles as m on m.oid = r.oid or (not m.rolsuper and pg_has_role(m.oid, r.oid, 'usage'))
    where r.rolname = 'outbox_relay'
  ), settings as (
    select s.setrole, s.setdatabase, split_part(c.line, '=', 1) as name, substr(c.line, strpos(c.line, '=') + 1) as value
    from pg_db_role_setting as s
    cross join lateral unnest(s.setconfig) as c (line)
    where s.setdatabase in (0, (select d.oid from pg_database as d where d.datname = current_database()))
      and (s.setrole = 0 or s.setrole in (select r.oid from relays as r))
  ), subjects as (
    select s.name, s.value,
           case when s.setrole = 0 and s.setdatabase = 0 then 'role all'
                when s.setrole = 0 then format('database %I', current_database())
                else concat(format('role %I', pg_get_userbyid(s.setrole)), case when s.setdatabase <> 0 then format(' in database %I', current_database()) end)
           end as subject
    from settings as s
  )
  select x.severity, s.subject, format('It has %s = %s: %s.', s.name, s.value, x.effect), null::timestamptz, format('alter %s reset %s', s.subject, s.name)
  from subjects as s
  join (values
    ('default_transaction_read_only', 'on', 'error', 'its relays can write nothing, so they send nothing'),
    ('statement_timeout', null, 'warning', 'it ends the statements in which its relays wait for each other, and retention'),
    ('transaction_timeout', null, 'warning', 'it ends the connections of its relays in the middle of their work'),
    ('idle_session_timeout', null, 'warning', 'it ends the connections on which its relays listen')) as x (name, value, severity, effect)
    on x.name = s.name and s.value = coalesce(x.value, s.value)
  -- Zero is no limit, whatever its unit.
  where s.value !~ '^0+\D*$'
$$;
comment on function outbox.doctor_role_settings() is
  'Finds settings of the roles that relays log in with (outbox_relay and its members), or of the database, that hinder relays.';
