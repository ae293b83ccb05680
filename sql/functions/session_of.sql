create or replace function outbox.session_of(p_session_hash bytea, p_admin_token_hash bytea, p_now timestamptz default now())
returns table (name text, scope text) language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  update outbox.admin_sessions as s
  set seen_at = p_now
  where s.session_hash = p_session_hash and s.seen_at between p_now - interval '2 hours' and p_now - interval '1 min';
  select s.name, s.scope
  from outbox.admin_sessions as s
  left join outbox.api_tokens as t on t.id = s.token_id
  where s.session_hash = p_session_hash and s.expires_at > p_now and s.seen_at > p_now - interval '2 hours'
    and (s.token_id is null or (t.revoked_at is null and (t.expires_at is null or t.expires_at > p_now)))
    and (s.token_hash is null or s.token_hash = p_admin_token_hash)
$$;
comment on function outbox.session_of(bytea, bytea, timestamptz) is
  'Who is logged in with the cookie that has this SHA-256, while OUTBOX_ADMIN_TOKEN has that one (null: there is none). No row: nobody, or the session has ended: by time, or with its token.';
