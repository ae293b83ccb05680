create or replace function outbox.end_session(p_session_hash bytea)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_session outbox.admin_sessions;
begin
  delete from outbox.admin_sessions as s where s.session_hash = p_session_hash returning s.* into v_session;
  if not found then return false; end if;
  perform outbox.audit('session.ended', v_session.name, json_build_object('scope', v_session.scope), null);
  return true;
end
$$;
comment on function outbox.end_session(bytea) is
  'Logs out whoever has the cookie with this SHA-256. False: nobody has.';
