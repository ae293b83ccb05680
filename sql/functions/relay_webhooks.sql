create or replace function outbox.relay_webhooks(p_webhook_ids uuid[])
returns table (id uuid, version integer, url text, max_in_flight integer, rate_limit integer, timeout_ms integer, paused boolean, secrets text[]) language sql stable as $$
  select w.id, w.version, w.url, w.max_in_flight, w.rate_limit, (extract(epoch from w.timeout) * 1000)::integer, w.paused_at is not null,
         coalesce((select array_agg(s.secret order by s.created_at desc) from outbox.webhook_secrets as s
                   where s.webhook_id = w.id and (s.expires_at is null or s.expires_at > now())), '{}')
  from outbox.webhooks as w
  where w.id = any (p_webhook_ids)
$$;
comment on function outbox.relay_webhooks(uuid[]) is
  'What a relay needs to send to these webhooks, secrets included, the newest first.';
