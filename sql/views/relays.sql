drop view if exists outbox.relays;
create view outbox.relays as
select r.id, r.name, r.version,
       case when l.held is null then 'gone' when r.alive_until < now() then 'hung' else 'at work' end as state,
       r.started_at, r.alive_until,
       (select count(*) from outbox.batches as b where b.leased_by = r.id) as batches,
       (select count(*) from outbox.pending_deliveries as d where d.leased_by = r.id) as deliveries
from outbox.registered_relays as r
left join lateral (
  select true as held from pg_locks as k
  where k.locktype = 'advisory' and k.classid = 1869968483 and k.objid = r.id::oid and k.objsubid = 2 and k.granted
    and k.mode = 'ExclusiveLock' and k.database = (select d.oid from pg_database as d where d.datname = current_database())
  limit 1) as l on true;
comment on view outbox.relays is 'The relay processes, and what each has on its hands.';
comment on column outbox.relays.id is 'The number that batches and pending deliveries are leased to.';
comment on column outbox.relays.name is 'Host name and process id.';
comment on column outbox.relays.version is 'The version of its program.';
comment on column outbox.relays.state is 'at work; hung: it has not renewed its lease; gone: its session has ended. Others take over from relays that are hung or gone.';
comment on column outbox.relays.started_at is 'When it registered.';
comment on column outbox.relays.alive_until is 'The end of its lease.';
comment on column outbox.relays.batches is 'Batches of events that it is matching and sending.';
comment on column outbox.relays.deliveries is 'Pending deliveries that it is attempting.';
