create or replace function outbox.doctor()
returns table (severity text, subject text, finding text, mend text) language sql stable as $$
  with found as materialized (
    select h.severity, h.subject, h.finding, h.since, h.mend, row_number() over () - 1000 as place
    from outbox.health as h
    where h.severity <> 'ok'
    union all
    select f.severity, f.subject, f.finding, f.since, f.mend, c.place
    from unnest(array[
      'doctor_triggers', 'doctor_dropped_tables', 'doctor_gone_columns', 'doctor_capture_functions', 'doctor_capture_failures', 'doctor_secrets',
      'doctor_role_rights', 'doctor_public_rights', 'doctor_owners',
      'doctor_server', 'doctor_version', 'doctor_silence', 'doctor_notifications', 'doctor_role_settings']) with ordinality as c (name, place)
    cross join lateral outbox.examine(c.name) as f
  )
  select d.severity, d.subject, concat(d.finding, to_char(d.since at time zone 'UTC', '" Since "YYYY-MM-DD HH24:MI:SS" UTC."')), d.mend
  from (
    select f.* from found as f
    union all
    select 'ok', 'outbox', 'Nothing was found.', null, null, 0 where not exists (select from found)) as d
  order by array_position('{error,warning,info,ok}', d.severity), d.place, d.subject, d.finding
$$;
comment on function outbox.doctor() is
  'What is wrong with this installation, worst first: error, warning, info; one row with ok when nothing is. Mend holds statements that can be run as they are, each on a line of its own, or a sentence where no statement helps. The command outbox doctor finds more: it also looks from outside.';
