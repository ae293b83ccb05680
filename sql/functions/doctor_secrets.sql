create or replace function outbox.doctor_secrets()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with sent as (
    select w.id, array_agg(a.attname::text order by a.attnum) as secrets
    from outbox.watches as w
    join pg_attribute as a on a.attrelid = w.relation and a.attname = any (outbox.capture_columns(w) || outbox.capture_keys(w))
    where w.operation <> 'truncate' and outbox.looks_secret(a.attname::text, a.atttypid::regtype)
    group by w.id
  ), rules as (
    select w as watch, s.secrets,
           array(select c.name from unnest(w.columns) with ordinality as c (name, place) where c.name <> all (s.secrets) order by c.place) as columns,
           array(select c.name from unnest(w.key_columns) with ordinality as c (name, place) where c.name <> all (s.secrets) order by c.place) as key_columns
    from sent as s
    join outbox.watches as w on w.id = s.id
  )
  -- Who lists the columns that may be sent has looked at them.
  select case when (r.watch).columns is null then 'warning' else 'info' end,
         format('watch %s (%s of %s)', (r.watch).event_type, (r.watch).operation, outbox.relation_name((r.watch).relation)),
         format('It sends what looks secret: %s.', array_to_string(r.secrets, ', ')),
         null::timestamptz,
         case when (r.watch).columns is not null and r.columns = '{}'
           then format('select outbox.unwatch(%L, %L)', outbox.relation_name((r.watch).relation), (r.watch).event_type)
           else outbox.watch_call(jsonb_populate_record(r.watch, jsonb_build_object(
             'columns', nullif(r.columns, '{}'),
             'key_columns', nullif(r.key_columns, '{}'),
             'except_columns', case when (r.watch).columns is null then (r.watch).except_columns || r.secrets end)))
         end
  from rules as r
$$;
comment on function outbox.doctor_secrets() is
  'Finds watches that send columns whose names look like secrets.';
