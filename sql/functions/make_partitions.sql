create or replace function outbox.make_partitions(p_now timestamptz default now(), p_days_ahead integer default 3)
returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $$
declare
  v_table text;
  v_day   timestamptz;
  v_name  text;
  v_made  integer := 0;
begin
  if not pg_try_advisory_xact_lock(1869968482, 5) then return 0; end if;
  foreach v_table in array array['events', 'settled_deliveries', 'earlier_attempts'] loop
    for v_day in
      select d at time zone 'UTC'
      from generate_series(date_trunc('day', p_now at time zone 'UTC'),
                           date_trunc('day', p_now at time zone 'UTC') + p_days_ahead * interval '1 day', interval '1 day') as d
    loop
      v_name := v_table || '_' || to_char(v_day at time zone 'UTC', 'YYYYMMDD');
      continue when to_regclass('outbox.' || v_name) is not null;
      -- Made apart and then attached: "create table … partition of" would lock the log against its writers.
      execute format('create table outbox.%I (like outbox.%I including all)', v_name, v_table);
      execute format('alter table outbox.%I attach partition outbox.%I for values from (%L) to (%L)',
                     v_table, v_name, outbox.uuid_at(v_day), outbox.uuid_at(v_day + interval '1 day'));
      execute format('comment on table outbox.%I is %L', v_name, format('%s of %s (UTC).', v_table, to_char(v_day at time zone 'UTC', 'YYYY-MM-DD')));
      v_made := v_made + 1;
    end loop;
  end loop;
  return v_made;
end
$$;
comment on function outbox.make_partitions(timestamptz, integer) is
  'Makes the day partitions (UTC) of today and the days ahead where they are missing. Returns how many were made. Never blocks writers.';
