create or replace function outbox.notify_is_contended()
returns boolean language sql volatile as $$
  -- The lock that a commit with NOTIFY takes on all databases at once (Postgres shows it as an object of class
  -- pg_database with id 0).
  select exists (
    select from pg_locks as l
    where l.locktype = 'object' and l.classid = 'pg_database'::regclass and l.objid = 0 and not l.granted)
$$;
comment on function outbox.notify_is_contended() is
  'Whether a transaction is waiting to commit because another one that rang the relay is committing. The relay then stays awake, so that nobody rings.';
