create or replace function outbox.check_filter(p_webhook outbox.webhooks)
returns void language plpgsql stable as $$
declare
  v_variables text[] := outbox.path_names(p_webhook.filter, '$');
  v_members   text[] := outbox.path_names(p_webhook.filter, '$.');
  v_known     text[];
  v_envelope  text[];
  v_unknown   text;
begin
  if v_variables <> '{}' then
    raise exception 'column "filter" uses the variable $%', v_variables[1]
      using errcode = 'OB001', column = 'filter', hint = 'There are no variables. What stands in the data begins with $. and a name, such as $.record.status.';
  end if;
  if v_members = '{}' then return; end if;
  v_known := outbox.known_members(p_webhook.events, p_webhook.tenant);
  v_members := array(select m.name from unnest(v_members) as m (name) where m.name <> all (coalesce(v_known, '{}')));
  v_envelope := array(select m.name from unnest(v_members) as m (name) where m.name in ('id', 'type', 'timestamp', 'data'));
  if v_envelope <> '{}' then
    raise warning 'the filter reads %, but it sees only what stands under "data" in the body', '$.' || array_to_string(v_envelope, ', $.')
      using hint = case
        when 'data' = any (v_envelope) then format('Write %s.', regexp_replace(replace(p_webhook.filter::text, '$."data"', '$'), '\."([A-Za-z_]\w*)"', '.\1', 'g'))
        when 'type' = any (v_envelope) then 'Choose types in the column "events".'
        else 'Write what the data has, such as $.record.status.' end;
  end if;
  select '$.' || string_agg(m.name, ', $.') into v_unknown from unnest(v_members) as m (name) where m.name <> all (v_envelope);
  if v_unknown is not null and v_known is not null then
    raise warning 'the filter reads %, which no event of these types is known to have', v_unknown
      using hint = format('Their data has $.%s.', array_to_string(v_known, ', $.'));
  end if;
end
$$;
comment on function outbox.check_filter(outbox.webhooks) is
  'Raises OB001 when the filter of a webhook can never be evaluated; warns when it reads what the events do not have. Called by the trigger of outbox.webhooks.';
