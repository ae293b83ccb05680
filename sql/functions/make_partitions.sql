create or replace function outbox.make_partitions(p_now timestamptz default now(), p_days_ahead integer default 7)
returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_table text;
  v_day   date;
  v_name  text;
  v_made  integer := 0;
begin
  if not pg_try_advisory_xact_lock(1869968482, 5) then return 0; end if;
  foreach v_table in array array['events', 'settled_deliveries', 'earlier_attempts'] loop
    for v_day in select d.day from outbox.missing_partitions(v_table, p_now, p_days_ahead) as d (day) loop
      -- Attaching locks the default partition. No writer is in there, unless partitions ran out: then nobody is made
      -- to queue behind us, and we try again later.
      if not outbox.lock_at_once(format('outbox.%I', v_table || '_default')::regclass, 50) then return v_made; end if;
      v_name := v_table || to_char(v_day, '_YYYYMMDD');
      -- Made apart and then attached: "create table … partition of" would lock the log against its writers.
      execute format('create table outbox.%I (like outbox.%I including all)', v_name, v_table);
      execute format('comment on table outbox.%I is %L', v_name, format('%s of %s (UTC).', v_table, v_day));
      execute format('with moved as (delete from outbox.%1$I where %2$s >= %3$L and %2$s < %4$L returning *)
                      insert into outbox.%5$I select * from moved',
                     v_table || '_default', case v_table when 'earlier_attempts' then 'delivery_id' else 'id' end,
                     outbox.uuid_at(v_day::timestamp at time zone 'UTC'), outbox.uuid_at((v_day + 1)::timestamp at time zone 'UTC'), v_name);
      execute format('alter table outbox.%I attach partition outbox.%I for values from (%L) to (%L)', v_table, v_name,
                     outbox.uuid_at(v_day::timestamp at time zone 'UTC'), outbox.uuid_at((v_day + 1)::timestamp at time zone 'UTC'));
      v_made := v_made + 1;
    end loop;
  end loop;
  return v_made;
end
$$;
comment on function outbox.make_partitions(timestamptz, integer) is
  'Makes the day partitions (UTC) of today, of the days ahead, and of rows that fell into a default partition, where they are missing. Returns how many were made. Makes no writer wait.';
