create or replace function outbox.check_secret(p_secret text)
returns void language plpgsql immutable as $$
declare
  v_is_base64 boolean := coalesce(p_secret ~ '^whsec_([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$', false);
  v_bytes     integer := case when v_is_base64 then octet_length(decode(substr(p_secret, 7), 'base64')) end;
begin
  if v_bytes between 24 and 64 then return; end if;
  -- Never quoted: it may be a real one with a typing mistake.
  raise exception 'argument "secret" %', case when v_bytes is null then 'is no signing secret' else format('holds %s bytes', v_bytes) end
    using errcode = 'OB001', hint = 'It is whsec_ followed by the base64, with its padding, of 24 to 64 random bytes. Leave it out to have one made.';
end
$$;
comment on function outbox.check_secret(text) is
  'Raises OB001 when this is no signing secret, without quoting it.';
