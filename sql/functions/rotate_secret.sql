create or replace function outbox.rotate_secret(webhook_id uuid, overlap interval default '24 hours', secret text default null)
returns timestamptz language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_secret text := coalesce(secret, outbox.new_secret());
  v_ends_at timestamptz;
  v_active integer;
  v_newest timestamptz;
begin
  perform outbox.find_webhook(webhook_id);
  perform outbox.check_secret(v_secret);
  if overlap is null or not overlap between '0 s' and '30 days' then
    raise exception 'argument "overlap" is %', coalesce(overlap::text, 'null')
      using errcode = 'OB001', hint = 'Give 0 to 30 days: for how long receivers may go on with the old secret. 0: it ends at once.';
  end if;
  -- A new version, so that relays read the secrets again; and its lock lets one rotation follow the other.
  update outbox.webhooks as w set updated_at = now() where w.id = webhook_id;
  with others as (
    -- Another rotation does not prolong a secret that is about to end.
    update outbox.webhook_secrets as s set expires_at = least(s.expires_at, now() + overlap) where s.webhook_id = webhook_id
    returning s.created_at, s.expires_at)
  select max(o.expires_at), count(*) filter (where o.expires_at > now()), max(o.created_at) into v_ends_at, v_active, v_newest from others as o;
  if v_active >= 5 then
    raise exception 'argument "overlap" is %, and % secrets would sign at once', overlap, v_active + 1
      using errcode = 'OB001', hint = 'At most 5 do. Wait until one ends, or give an overlap of 0.';
  end if;
  insert into outbox.webhook_secrets (webhook_id, secret, created_at)
  values (webhook_id, v_secret, greatest(now(), v_newest + interval '1 microsecond'));
  perform outbox.audit('secret.rotated', webhook_id::text, null, json_build_object('overlap', overlap, 'given', secret is not null));
  return v_ends_at;
end
$$;
comment on function outbox.rotate_secret(uuid, interval, text) is
  'Gives a webhook a new signing secret, which signs at once; the old ones sign beside it until the overlap is over. Without a secret one is made. Returns when the old ones end; null: there was none. Raises OB001, OB002.';
