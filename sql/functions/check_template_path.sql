create or replace function outbox.check_template_path(p_path text)
returns void language plpgsql stable as $$
declare
  v_path    jsonpath;
  v_unknown text;
begin
  begin
    v_path := (('"' || p_path || '"')::jsonb #>> '{}')::jsonpath;
  exception when others then
    raise exception 'column "body_template" has {{%}}, which is no jsonpath: %', left(p_path, 200), sqlerrm
      using errcode = 'OB001', column = 'body_template', hint = 'A path is a jsonpath over the standard body, such as {{ $.type }} or {{ $.data.record.title }}.';
  end;
  if outbox.path_names(v_path, '$') <> '{}' then
    raise exception 'column "body_template" has {{%}}, which uses the variable $%', left(p_path, 200), (outbox.path_names(v_path, '$'))[1]
      using errcode = 'OB001', column = 'body_template', hint = 'There are no variables. What stands in the body begins with $. and a name.';
  end if;
  select string_agg('$.' || u.name, ', ') into v_unknown
  from unnest(outbox.path_names(v_path, '$.')) as u (name)
  where u.name not in ('id', 'type', 'timestamp', 'data');
  if v_unknown is not null then
    raise warning 'the body template has {{%}}, but no body has %', left(p_path, 200), v_unknown
      using hint = 'A body has id, type, timestamp and data: what an event carries stands under $.data, such as $.data.record.';
  end if;
end
$$;
comment on function outbox.check_template_path(text) is
  'Raises OB001 when what stands between {{ and }} in a body template is no path that can be evaluated; warns of one that never yields anything.';
