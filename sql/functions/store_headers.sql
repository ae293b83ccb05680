create or replace function outbox.store_headers(p_webhook_id uuid, p_headers json)
returns void language plpgsql volatile as $$
declare
  v_names   text[] := array(select lower(n.name) from json_object_keys(p_headers) as n (name));
  v_given   jsonb  := outbox.handed_headers(p_webhook_id);
  v_changed text[];
begin
  delete from outbox.webhook_headers as h where h.webhook_id = p_webhook_id and h.name <> all (v_names);
  if v_given is null then return; end if;
  v_changed := array(select h.name from outbox.webhook_headers as h
                     where h.webhook_id = p_webhook_id and h.value <> v_given ->> h.name order by h.name);
  -- The row of the webhook does not show that another value stands behind its ***.
  if v_changed <> '{}' then perform outbox.audit('webhook.headers_changed', p_webhook_id::text, null, json_build_object('headers', v_changed)); end if;
  insert into outbox.webhook_headers (webhook_id, name, value)
  select p_webhook_id, g.name, g.value
  from jsonb_each_text(v_given) as g (name, value)
  where g.name = any (v_names)
  on conflict on constraint webhook_headers_pkey do update set value = excluded.value;
  perform set_config(outbox.headers_setting(p_webhook_id), '', true);
end
$$;
comment on function outbox.store_headers(uuid, json) is
  'Stores the header values that outbox.take_headers took out of a webhook''s row, and removes those whose names the row no longer has. Called by the trigger of outbox.webhooks.';
