create or replace function outbox.missing_partitions(p_table text, p_now timestamptz, p_days_ahead integer)
returns setof date language plpgsql stable as $$
begin
  return query execute format(
    $sql$
      select d.day
      from (
        select $1::date + n as day from generate_series(0, $2) as n
        union
        select (outbox.uuid_time(f.%2$I) at time zone 'UTC')::date from outbox.%3$I as f) as d
      where to_regclass('outbox.' || %1$L || to_char(d.day, '_YYYYMMDD')) is null
      order by d.day
    $sql$,
    p_table, case p_table when 'earlier_attempts' then 'delivery_id' else 'id' end, p_table || '_default')
  using p_now at time zone 'UTC', p_days_ahead;
end
$$;
comment on function outbox.missing_partitions(text, timestamptz, integer) is
  'The days for which a partitioned table has no partition although it needs one: today, the days ahead, and those of rows in its default partition.';
