create or replace function outbox.end_session(p_session_hash bytea)
returns boolean language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  with ended as (
    delete from outbox.admin_sessions as s where s.session_hash = p_session_hash
    returning s.name, s.scope)
  select exists (select outbox.audit('session.ended', e.name, json_build_object('scope', e.scope), null) from ended as e)
$$;
comment on function outbox.end_session(bytea) is
  'Logs out whoever has the cookie with this SHA-256. False: nobody has.';
