drop view if exists outbox.storage;
create view outbox.storage as
select t.table_name, t.rows, pg_size_pretty(t.bytes) as size, t.bytes, t.dead_tuples, t.partitions, t.oldest_day, t.newest_day,
       (t.oldest_day + 1)::timestamp at time zone 'UTC' + (select s.retention from outbox.settings as s) as kept_until,
       t.last_autovacuum
from (
  select r.relname::text as table_name,
         sum(coalesce(nullif(pg_stat_get_live_tuples(p.oid), 0), greatest(p.reltuples, 0)))::bigint as rows,
         coalesce(sum(pg_total_relation_size(p.oid)), 0)::bigint as bytes,
         sum(pg_stat_get_dead_tuples(p.oid))::bigint as dead_tuples,
         count(*) filter (where p.relispartition) as partitions,
         min(substring(p.relname from '_(\d{8})$')::date) filter (where p.relispartition) as oldest_day,
         max(substring(p.relname from '_(\d{8})$')::date) filter (where p.relispartition) as newest_day,
         max(pg_stat_get_last_autovacuum_time(p.oid)) as last_autovacuum
  from pg_class as r
  cross join lateral (select r.oid where r.relkind = 'r' union all select i.inhrelid from pg_inherits as i where i.inhparent = r.oid) as leaf
  join pg_class as p on p.oid = leaf.oid
  where r.relnamespace = 'outbox'::regnamespace and r.relkind in ('r', 'p') and not r.relispartition
  group by r.oid, r.relname) as t
order by t.bytes desc, t.table_name;
comment on view outbox.storage is 'The tables of the outbox and how large they are, from the catalog and the statistics: it reads no table. Partitions are added up under their table.';
comment on column outbox.storage.table_name is 'The table, in the schema outbox.';
comment on column outbox.storage.rows is 'How many rows it has, as the statistics estimate it.';
comment on column outbox.storage.size is 'Size on disk with indexes and long values, for people.';
comment on column outbox.storage.bytes is 'The same in bytes.';
comment on column outbox.storage.dead_tuples is 'Row versions that nobody needs any more and that a vacuum will remove, as the statistics estimate it.';
comment on column outbox.storage.partitions is 'How many partitions it has, the default one among them. 0: it is not partitioned.';
comment on column outbox.storage.oldest_day is 'The first day (UTC) for which it has a partition. Null: it is not partitioned.';
comment on column outbox.storage.newest_day is 'The last day (UTC) for which it has a partition: some are made ahead. Null: it is not partitioned.';
comment on column outbox.storage.kept_until is 'When the retention ends for the oldest day, which is then dropped unless unfinished work keeps it. Null: it is not partitioned.';
comment on column outbox.storage.last_autovacuum is 'When autovacuum last was through with it, or with one of its partitions. Null: not since the statistics began.';
