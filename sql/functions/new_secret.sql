create or replace function outbox.new_secret()
returns text language sql volatile as $$
  -- A random uuid has 122 random bits; three have more than the hash keeps.
  select 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64')
$$;
comment on function outbox.new_secret() is
  'A new signing secret: whsec_ and the base64 of 32 random bytes.';
