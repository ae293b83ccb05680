create or replace function outbox.count_unread(p_most integer default 1000000, out waiting bigint, out oldest_at timestamptz)
language plpgsql stable
  -- By index: the planner cannot know how few rows are new.
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
declare
  v_seen        pg_snapshot := (select c.seen from outbox.event_cursor as c);
  v_in_progress xid8[] := array(select pg_snapshot_xip(v_seen));
begin
  select count(*), min(u.occurred_at) into waiting, oldest_at
  from (
    (select e.occurred_at from outbox.events as e where e.txid >= pg_snapshot_xmax(v_seen) order by e.txid limit p_most)
    union all
    (select e.occurred_at from outbox.events as e where e.txid = any (v_in_progress) limit p_most)) as u;
end
$$;
comment on function outbox.count_unread(integer) is
  'How many committed events have not been cut into a batch, as far as counting goes on, and when the oldest of them occurred. Null oldest_at: there are none.';
