create or replace function outbox.doctor_dropped_tables()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select 'warning', format('watches of table number %s', w.relation::oid),
         format('The table has been dropped: %s can make no events any more.', string_agg(format('%s (%s)', w.event_type, w.operation), ', ' order by w.id)),
         null::timestamptz, format('select outbox.unwatch(%L)', w.relation::oid::text)
  from outbox.watches as w
  where outbox.relation_name(w.relation) is null
  group by w.relation
$$;
comment on function outbox.doctor_dropped_tables() is
  'Finds watches whose table has been dropped.';
