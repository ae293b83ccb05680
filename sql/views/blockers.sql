drop view if exists outbox.blockers;
create view outbox.blockers as
with database as (select d.oid, d.datname from pg_database as d where d.datname = current_database())
-- The locks on transaction ids tell who runs a transaction to everybody; pg_stat_activity tells it only to some.
select 'transaction' as kind, a.pid, concat_ws(' / ', a.usename, nullif(a.application_name, ''), host(a.client_addr)) as who, a.xact_start as since,
       concat_ws(', ', a.state, case when a.state = 'active' then 'waits for ' || a.wait_event_type || ' ' || a.wait_event end) as state,
       left(regexp_replace(a.query, '\s+', ' ', 'g'), 200) as what,
       'Its own events wait for its commit; those of others do not.' as effect,
       format('select pg_terminate_backend(%s)', a.pid) as mend
from pg_stat_activity as a
cross join outbox.event_cursor as c
where a.datid = (select d.oid from database as d) and a.backend_type is distinct from 'autovacuum worker'
  and exists (
    select from pg_locks as l
    where l.pid = a.pid and l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted
      -- The cursor has come past it, or would have if anything else had been written since.
      and (l.transactionid in (select x.txid::xid from pg_snapshot_xip(c.seen) as x (txid)) or a.xact_start < now() - interval '5 s'))
union all
select 'prepared transaction', null, p.owner, p.prepared, 'prepared', p.gid,
       'Its own events wait for its commit; those of others do not. Committing it instead: commit prepared.',
       format('rollback prepared %L', p.gid)
from pg_prepared_xacts as p
where p.database = current_database()
union all
select 'replica role', null, t.target, null, 'setting', 'session_replication_role is replica',
       'Changes made in its sessions make no events: triggers do not fire there.',
       format('alter %s reset session_replication_role', t.target)
from pg_db_role_setting as s
cross join database as d
cross join lateral (
  select case when s.setrole = 0 and s.setdatabase = 0 then 'role all'
              when s.setrole = 0 then format('database %I', d.datname)
              else concat(format('role %I', pg_get_userbyid(s.setrole)), case when s.setdatabase <> 0 then format(' in database %I', d.datname) end)
         end as target) as t
where s.setdatabase in (0, d.oid) and 'session_replication_role=replica' = any (s.setconfig)
union all
select 'apply worker', (select min(w.pid) from pg_stat_subscription as w where w.subid = s.oid and w.relid is null), format('subscription %I', s.subname), null,
       case when s.subenabled then 'enabled' else 'disabled' end, 'writes to ' || t.names,
       'The rows that it applies make no events: triggers do not fire for it, unless they are enabled always.', t.mend
from pg_subscription as s
cross join lateral (
  select string_agg(distinct format('%I.%I', n.nspname, c.relname), ', ') as names,
         string_agg(format('alter table %I.%I enable always trigger %I', n.nspname, c.relname, g.tgname), E';\n' order by n.nspname, c.relname, g.tgname) as mend
  from pg_subscription_rel as r
  join pg_class as c on c.oid = r.srrelid
  join pg_namespace as n on n.oid = c.relnamespace
  join pg_trigger as g on g.tgrelid = c.oid and g.tgname in ('outbox_capture', 'outbox_capture_truncate') and g.tgenabled <> 'A'
  where r.srsubid = s.oid) as t
where s.subdbid = (select d.oid from database as d) and t.names is not null
union all
-- The queue is kept for listeners, and only one inside a transaction, or one whose client takes nothing, does not read.
select 'notification queue', l.pid, null, l.since, null,
       format('%s %% of it is used', (q.usage * 100)::numeric(5, 2)),
       'It is kept for a listener that does not read. When it is full, every commit that rings a relay fails.',
       case when l.pid is not null then format('select pg_terminate_backend(%s)', l.pid)
            else format('select pid, datname, usename, application_name, state, xact_start, query from pg_stat_activity where pid = any (%L) order by xact_start', l.pids) end
from (select pg_notification_queue_usage() as usage offset 0) as q
cross join lateral (
  select coalesce(array_agg(a.pid order by a.xact_start), '{}') as pids, min(a.xact_start) as since, case when count(*) = 1 then min(a.pid) end as pid
  from pg_stat_activity as a
  where a.backend_type = 'client backend' and a.pid <> pg_backend_pid() and (a.xact_start is not null or a.wait_event = 'ClientWrite')) as l
where q.usage > 0;
comment on view outbox.blockers is 'What holds events back, or keeps changes from making any. No row: nothing does. Of sessions of other roles it tells less to who is no member of pg_read_all_stats.';
comment on column outbox.blockers.kind is 'transaction: has written and is still open, and the cursor has come past it, or it began more than five seconds ago. prepared transaction: was prepared in this database and waits to be committed. replica role: a setting of a role or database. apply worker: a subscription that writes to watched tables. notification queue: notifications that somebody does not read.';
comment on column outbox.blockers.pid is 'The process. Null: there is none, or it cannot be told which.';
comment on column outbox.blockers.who is 'User, application and address of a session; the role, database or subscription. Null: it cannot be told.';
comment on column outbox.blockers.since is 'Since when: the beginning of the transaction, or when it was prepared. Null: it cannot be told.';
comment on column outbox.blockers.state is 'What the session is doing, and what it waits for.';
comment on column outbox.blockers.what is 'The session''s last statement, or what it is about.';
comment on column outbox.blockers.effect is 'What that does to events.';
comment on column outbox.blockers.mend is 'The statements that end it, each on a line of its own.';
