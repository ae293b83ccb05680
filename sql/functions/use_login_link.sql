create or replace function outbox.use_login_link(p_link_hash bytea, p_now timestamptz default now())
returns boolean language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  -- Of two at once, the second waits for the row and then finds it used.
  with used as (
    update outbox.login_links as l set used_at = p_now
    where l.link_hash = p_link_hash and l.used_at is null and l.expires_at > p_now
    returning 1)
  select exists (select from used)
$$;
comment on function outbox.use_login_link(bytea, timestamptz) is
  'Uses up the login link with this SHA-256. False: there is none, or it was used before, or is expired.';
