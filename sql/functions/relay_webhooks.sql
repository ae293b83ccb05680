create or replace function outbox.relay_webhooks(p_webhook_ids uuid[], p_now timestamptz default now())
returns table (id uuid, version integer, url text, max_in_flight integer, rate_limit integer, timeout_ms integer, paused boolean,
               headers text[], hub_signature boolean, secrets json) language sql stable as $$
  select w.id, w.version, w.url, w.max_in_flight, w.rate_limit, (extract(epoch from w.timeout) * 1000)::integer, w.paused_at is not null,
         array(select p.part
               from json_object_keys(w.headers) with ordinality as n (name, position)
               join outbox.webhook_headers as h on h.webhook_id = w.id and h.name = lower(n.name)
               cross join lateral (values (1, n.name), (2, h.value)) as p (place, part)
               order by n.position, p.place),
         w.hub_signature,
         coalesce((select json_agg(json_build_object('secret', s.secret, 'ends_in_ms', extract(epoch from s.expires_at - p_now) * 1000) order by s.created_at desc)
                   from outbox.webhook_secrets as s
                   where s.webhook_id = w.id and (s.expires_at is null or s.expires_at > p_now)), '[]')
  from outbox.webhooks as w
  where w.id = any (p_webhook_ids)
$$;
comment on function outbox.relay_webhooks(uuid[], timestamptz) is
  'What a relay needs to send to these webhooks. Headers: name, value, name … Secrets: the newest first, each with the milliseconds until it stops signing (null: it does not).';
