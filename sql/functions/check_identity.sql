create or replace function outbox.check_identity(p_cursor outbox.event_cursor)
returns void language plpgsql stable as $$
begin
  if p_cursor.system_identifier = (select c.system_identifier from pg_control_system() as c)
    and p_cursor.database_oid = (select d.oid from pg_database as d where d.datname = current_database())
  then
    return;
  end if;
  raise exception 'this database is a copy: the outbox was installed in another one'
    using errcode = 'OB005',
          hint = 'Nothing is sent from a restored or cloned database until it is adopted: select * from outbox.adopt(''hold''), or ''deliver'', or ''discard''.';
end
$$;
comment on function outbox.check_identity(outbox.event_cursor) is
  'Raises OB005 in a restored or cloned database, where the cursor''s transaction ids mean nothing and sending would repeat what the original sends.';
