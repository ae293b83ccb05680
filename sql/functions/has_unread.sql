create or replace function outbox.has_unread()
returns boolean language plpgsql stable as $$
declare
  v_seen pg_snapshot := (select c.seen from outbox.event_cursor as c);
begin
  return exists (select from outbox.events as e where e.txid >= pg_snapshot_xmax(v_seen))
    or (pg_snapshot_xmin(v_seen) < pg_snapshot_xmax(v_seen)
        and exists (select from outbox.events as e where e.txid = any (array(select pg_snapshot_xip(v_seen)))));
end
$$;
comment on function outbox.has_unread() is
  'Whether the log holds committed events that have not been cut into a batch. Reads only, so that polling costs no write.';
