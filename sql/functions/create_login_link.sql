create or replace function outbox.create_login_link(valid_for interval default '15 min')
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_code text := outbox.random_text();
begin
  if valid_for is null or valid_for <= interval '0' or valid_for > interval '1 day' then
    raise exception 'argument "valid_for" is %', coalesce(quote_literal(valid_for), 'null')
      using errcode = 'OB001', hint = 'It is more than nothing and at most a day.';
  end if;
  insert into outbox.login_links (link_hash, expires_at) values (sha256(convert_to(v_code, 'UTF8')), now() + valid_for);
  perform outbox.audit('login_link.created', null, null, json_build_object('expires_at', now() + valid_for));
  return v_code;
end
$$;
comment on function outbox.create_login_link(interval) is
  'Makes the code of a link, /login/<code>, that logs one person in to the pages, once, as admin. Only its hash is kept. Raises OB001 for a time that does not fit.';
