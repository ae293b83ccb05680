create or replace function outbox.take_headers(p_webhook_id uuid, p_headers json, p_before json)
returns json language plpgsql volatile as $$
declare
  -- Of an insert that turned into an update (on conflict), whose values are masked already.
  v_handed jsonb := coalesce(outbox.handed_headers(p_webhook_id), '{}');
  v_stored text[] := array(select lower(n.name) from json_object_keys(p_before) as n (name) union all select jsonb_object_keys(v_handed));
  v_given  jsonb;
begin
  if coalesce(json_typeof(p_headers), 'null') = 'null' then return null; end if;
  if json_typeof(p_headers) <> 'object' then
    raise exception 'column "headers" is no JSON object'
      using errcode = 'OB001', column = 'headers', hint = 'Give names and values, such as {"Authorization": "Bearer …"}, or null for none.';
  end if;
  perform outbox.check_headers(p_headers, v_stored);
  v_given := (select jsonb_object_agg(lower(h.name), h.value) from json_each_text(p_headers) as h (name, value) where h.value <> '***');
  if v_given is not null then
    -- Neither the row, which is written before its headers can refer to it, nor a table of others may hold them meanwhile.
    perform set_config(outbox.headers_setting(p_webhook_id), jsonb_build_object(
      'statement', current_setting('outbox.headers_statement', true), 'values', v_handed || v_given)::text, true);
  end if;
  return (select '{' || string_agg(format('%s: "***"', to_json(n.name)), ', ' order by n.position) || '}'
          from json_object_keys(p_headers) with ordinality as n (name, position));
end
$$;
comment on function outbox.take_headers(uuid, json, json) is
  'Takes the values out of headers that somebody writes into outbox.webhooks, and returns what the row may keep: names, with *** for each value. Null: no headers. Raises OB001. Called by the trigger of outbox.webhooks.';
