import type { SignedWebhook } from './webhook.ts'

const standard = `-- HMAC-SHA256 of what every Postgres has. (With the extension pgcrypto: hmac(message, key, 'sha256').)
create function webhook_hmac(message bytea, key bytea) returns bytea language plpgsql immutable strict as $$
declare
  block     bytea := case when length(key) > 64 then sha256(key) else key end;
  inner_pad bytea := decode(repeat('36', 64), 'hex');
  outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
  for i in 0 .. length(block) - 1 loop
    inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # get_byte(block, i));
    outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # get_byte(block, i));
  end loop;
  return sha256(outer_pad || sha256(inner_pad || message));
end
$$;

-- The values of the headers webhook-id, webhook-timestamp and webhook-signature, the body as it arrived, and the secret: whsec_…
create function verify_webhook(webhook_id text, webhook_timestamp text, webhook_signature text, body text, secret text)
returns boolean language plpgsql volatile as $$
declare
  key      bytea := decode(regexp_replace(secret, '^whsec_', ''), 'base64');
  signed   bytea := convert_to(webhook_id || '.' || webhook_timestamp || '.' || body, 'UTF8');
  expected text  := 'v1,' || encode(webhook_hmac(signed, key), 'base64');
  -- Hashed with something random in front, the time that a comparison takes tells nothing.
  salt     text  := gen_random_uuid();
begin
  if length(key) < 24 or webhook_timestamp !~ '^[0-9]{1,12}$' then return false; end if;
  if abs(extract(epoch from clock_timestamp()) - webhook_timestamp::numeric) > 300 then return false; end if;
  -- There are several while a secret is being rotated.
  return coalesce((
    select bool_or(sha256(convert_to(salt || given, 'UTF8')) = sha256(convert_to(salt || expected, 'UTF8')))
    from string_to_table(webhook_signature, ' ') as given), false);
end
$$;
`

const hub = `
-- The other signature, as GitHub sends it: it covers the body alone, and does not tell a repeated request from a new one.
create function verify_hub_signature(x_hub_signature_256 text, body text, secret text)
returns boolean language sql volatile as $$
  select coalesce(length(secret) >= 24 and sha256(convert_to(salt || x_hub_signature_256, 'UTF8')) = sha256(convert_to(
    salt || 'sha256=' || encode(webhook_hmac(convert_to(body, 'UTF8'), convert_to(secret, 'UTF8')), 'hex'), 'UTF8')), false)
  from (select gen_random_uuid()::text) as random (salt)
$$;
`

/** Functions for Postgres 14 and later, without extensions. */
export function sql({ hub_signature }: SignedWebhook): string {
  return standard + (hub_signature ? hub : '')
}
