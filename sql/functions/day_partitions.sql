create or replace function outbox.day_partitions()
returns table (partition_name text, parent text, day date, ends_at timestamptz) language sql stable as $$
  select p.relname::text, r.relname::text, d.day, (d.day + 1)::timestamp at time zone 'UTC'
  from pg_inherits as i
  join pg_class as p on p.oid = i.inhrelid
  join pg_class as r on r.oid = i.inhparent
  cross join lateral (select substring(p.relname from '_(\d{8})$')::date as day) as d
  where r.relnamespace = 'outbox'::regnamespace
    and r.relname in ('events', 'settled_deliveries', 'earlier_attempts')
    and p.relname ~ '_\d{8}$'
$$;
comment on function outbox.day_partitions() is
  'The partitions that hold a day (UTC) each, with that day and the instant at which it ends.';
