create or replace function outbox.revoke_token(token_id uuid)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
begin
  update outbox.api_tokens as t set revoked_at = now() where t.id = token_id and t.revoked_at is null;
  if found then
    delete from outbox.admin_sessions as s where s.token_id = revoke_token.token_id;
    return true;
  end if;
  if not exists (select from outbox.api_tokens as t where t.id = token_id) then
    raise exception 'argument "token_id" is %, for which there is no token', coalesce(quote_literal(token_id), 'null')
      using errcode = 'OB002', hint = 'See: select id, name, scope from outbox.api_tokens where revoked_at is null.';
  end if;
  return false;
end
$$;
comment on function outbox.revoke_token(uuid) is
  'Ends a token and the sessions that were opened with it, at once. False: it was revoked before. Raises OB002 for an unknown token.';
