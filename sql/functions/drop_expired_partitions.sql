create or replace function outbox.drop_expired_partitions(p_now timestamptz default now())
returns table (partition_name text, outcome text) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_parent    regclass;
  v_partition regclass;
begin
  if not pg_try_advisory_xact_lock(1869968482, 5) then return; end if;
  select e.partition_name, format('outbox.%I', e.partition_name), format('outbox.%I', e.parent)
  into partition_name, v_partition, v_parent
  from outbox.expired_partitions(p_now) as e
  order by e.ends_at, e.partition_name
  limit 1;
  if not found then
    delete from outbox.webhook_secrets as s where s.expires_at <= p_now;
    delete from outbox.idempotency_keys as k where k.created_at < p_now - (select s.retention from outbox.settings as s);
    delete from outbox.capture_failures as f where f.failed_at < p_now - (select s.retention from outbox.settings as s);
    perform outbox.delete_expired_access(p_now);
    return;
  end if;
  outcome := 'in use';
  if pg_relation_size(v_partition) > 0 then
    -- In a transaction of its own: removing large files takes a while, and no writer touches this partition any more.
    if outbox.lock_at_once(v_partition, 10) then
      execute format('truncate %s', v_partition);
      outcome := 'emptied';
    end if;
  elsif outbox.lock_at_once(v_parent, 10) and outbox.lock_at_once(v_partition, 1) then
    -- Detaching locks the whole table against its writers, for the instant that it takes.
    execute format('alter table %s detach partition %s', v_parent, v_partition);
    execute format('drop table %s', v_partition);
    outcome := 'dropped';
  end if;
  return next;
end
$$;
comment on function outbox.drop_expired_partitions(timestamptz) is
  'Takes one step of the retention without making a writer wait, and says which: empties the oldest expired day partition, or drops it once it is empty; in use: somebody reads it, try later. No row: no partition is expired; then old rows of the small tables have been deleted.';
