create or replace function outbox.create_token(name text, scope text default 'read', expires_at timestamptz default null)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_token text := 'obx_' || outbox.random_text();
begin
  if name is null or name !~ '\S' or length(name) > 100 or name ~ '[[:cntrl:]]' then
    raise exception 'argument "name" is %, which is no name for a token', coalesce(quote_literal(left(name, 120)), 'null')
      using errcode = 'OB001', hint = 'Name who will use it, in at most 100 characters: it stands in the audit log.';
  end if;
  if scope is null or scope not in ('read', 'write', 'admin') then
    raise exception 'argument "scope" is %, which is no scope', coalesce(quote_literal(left(scope, 40)), 'null')
      using errcode = 'OB001', hint = 'It is one of read, write and admin.';
  end if;
  if expires_at <= now() then
    raise exception 'argument "expires_at" is %, which is past', quote_literal(expires_at)
      using errcode = 'OB001', hint = 'Give an instant to come, or null for a token that does not expire.';
  end if;
  insert into outbox.api_tokens (name, scope, token_hash, beginning, created_by, expires_at)
  values (name, scope, sha256(convert_to(v_token, 'UTF8')), left(v_token, 8), outbox.actor(), expires_at);
  return v_token;
exception
  when unique_violation then
    raise exception 'argument "name" is %, which another token has', quote_literal(name)
      using errcode = 'OB001', hint = 'Choose another name, or revoke the other token first.';
end
$$;
comment on function outbox.create_token(text, text, timestamptz) is
  'Makes a token for the API and the login, and returns it: it is shown this once, only its hash is kept. Scopes: read, write, admin, each with all of the one before. Raises OB001 for a value that does not fit.';
