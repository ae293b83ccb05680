create or replace function outbox.drop_expired_partitions(p_now timestamptz default now())
returns table (partition_name text, outcome text) language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s' as $$
declare
  v_expired record;
begin
  if not pg_try_advisory_xact_lock(1869968482, 5) then return; end if;
  for v_expired in select * from outbox.expired_partitions(p_now) as e order by e.ends_at loop
    partition_name := v_expired.partition_name;
    begin
      -- The rows go first: that needs a lock on this partition alone, which no writer touches any more.
      execute format('truncate outbox.%I', v_expired.partition_name);
      outcome := 'emptied';
      -- Detaching locks the whole table against writers, so it is done only if it can be had at once: nobody ever
      -- queues behind it. What stays attached is empty, and is dropped on a later run.
      begin
        execute format('lock table only outbox.%I in access exclusive mode nowait', v_expired.parent);
      exception
        when lock_not_available then
          return next;
          continue;
      end;
      execute format('alter table outbox.%I detach partition outbox.%I', v_expired.parent, v_expired.partition_name);
      execute format('drop table outbox.%I', v_expired.partition_name);
      outcome := 'dropped';
    exception
      when lock_not_available then outcome := 'in use';
    end;
    return next;
  end loop;
  delete from outbox.idempotency_keys as k where k.created_at < p_now - (select s.retention from outbox.settings as s);
  delete from outbox.capture_failures as f where f.failed_at < p_now - (select s.retention from outbox.settings as s);
end
$$;
comment on function outbox.drop_expired_partitions(timestamptz) is
  'Carries out the retention: drops expired day partitions without ever making a writer wait, and old rows of the small tables. Returns what became of each partition: dropped, emptied (dropped on a later run) or in use.';
