create or replace function outbox.authenticate_token(p_token_hash bytea, p_now timestamptz default now())
returns table (id uuid, name text, scope text) language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  -- To the minute: a busy client must not turn every request into a dead row.
  update outbox.api_tokens as t
  set last_used_at = p_now
  where t.token_hash = p_token_hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > p_now)
    and (t.last_used_at is null or t.last_used_at <= p_now - interval '1 min');
  select t.id, t.name, t.scope
  from outbox.api_tokens as t
  where t.token_hash = p_token_hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > p_now)
$$;
comment on function outbox.authenticate_token(bytea, timestamptz) is
  'Whose token has this SHA-256. No row: nobody''s, or it is revoked or expired.';
