create or replace function outbox.close_bursts(p_now timestamptz default clock_timestamp())
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_made bigint;
begin
  -- One relay at a time; the others leave it to that one.
  if not pg_try_advisory_xact_lock(1869968482, 6) then return 0; end if;
  with due as (
    -- A change without a key (it was too long for one) is a burst of its own.
    select c.watch_id, c.event_type, c.key, case when c.key is null then c.id end as alone
    from outbox.coalescing_changes as c
    left join outbox.watches as w on w.id = c.watch_id
    group by 1, 2, 3, 4, w.coalesce_for
    having min(c.occurred_at) + coalesce(w.coalesce_for, interval '0') <= p_now
  ), gone as (
    delete from outbox.coalescing_changes as c using due as d
    where c.watch_id = d.watch_id and c.event_type = d.event_type and (c.key = d.key or c.id = d.alone)
    returning c.*
  ), made as (
    insert into outbox.events (type, key, tenant, data, context, occurred_at)
    select g.event_type, g.key, (array_agg(g.tenant order by g.id desc))[1],
           outbox.coalesced_data(array_agg(g.data order by g.id), min(g.occurred_at), max(g.occurred_at)),
           (array_agg(g.context order by g.id desc))[1], max(g.occurred_at)
    from gone as g
    group by g.watch_id, g.event_type, g.key, case when g.key is null then g.id end
    returning 1
  )
  select count(*) into v_made from made;
  return v_made;
end
$$;
comment on function outbox.close_bursts(timestamptz) is
  'Makes one event of each burst of changes that began long enough ago (watches.coalesce_for). Relays call it. Returns how many events it made.';
