create or replace function outbox.start_session(
  p_session_hash bytea, p_name text, p_scope text, p_token_id uuid, p_token_hash bytea, p_address text, p_now timestamptz default now())
returns void language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into outbox.admin_sessions (session_hash, name, scope, token_id, token_hash, address, created_at, seen_at, expires_at)
  values (p_session_hash, p_name, p_scope, p_token_id, p_token_hash, p_address, p_now, p_now, p_now + interval '12 hours');
  select outbox.audit('session.started', p_name, null, json_build_object('scope', p_scope));
$$;
comment on function outbox.start_session(bytea, text, text, uuid, bytea, text, timestamptz) is
  'Logs a person in to the pages: for 12 hours at most, and until nobody has seen them for 2.';
