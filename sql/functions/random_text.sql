create or replace function outbox.random_text()
returns text language sql volatile set search_path = pg_catalog, pg_temp as $$
  -- The random bits of two version 4 UUIDs come from the operating system's generator: 244 of them.
  select translate(rtrim(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'), '='), '+/', '-_')
$$;
comment on function outbox.random_text() is
  '43 characters of A-Z, a-z, 0-9, - and _ that nobody can guess.';
