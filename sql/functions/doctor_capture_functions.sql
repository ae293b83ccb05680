create or replace function outbox.doctor_capture_functions()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select 'warning', format('function outbox.%I', s.capture_function),
         format('It is out of date: the table %s, its watches or the settings have changed since it was compiled. Relays compile it anew every 30 s.', outbox.relation_name(s.relation)),
         null::timestamptz, 'select outbox.recompile_captures()'
  from outbox.stale_captures() as s
$$;
comment on function outbox.doctor_capture_functions() is
  'Finds capture functions that are out of date.';
