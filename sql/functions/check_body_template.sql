create or replace function outbox.check_body_template(p_format text, p_template text)
returns void language plpgsql stable as $$
declare
  v_detail text;
  v_where  text;
begin
  if p_format is null or p_format not in ('standard', 'cloudevents') then
    raise exception 'column "format" is %', coalesce(quote_literal(p_format), 'null')
      using errcode = 'OB001', column = 'format', hint = 'It is one of standard and cloudevents.';
  end if;
  if p_template is null then return; end if;
  if p_format = 'cloudevents' then
    raise exception 'column "body_template" is given for the format cloudevents'
      using errcode = 'OB001', column = 'body_template', hint = 'CloudEvents have a form of their own: leave it out (null), or take the format standard.';
  end if;
  if length(p_template) > 65536 then
    raise exception 'column "body_template" has % characters', length(p_template)
      using errcode = 'OB001', column = 'body_template', hint = 'A template has at most 65536.';
  end if;
  begin
    perform p_template::json;
  exception when others then
    get stacked diagnostics v_detail = pg_exception_detail, v_where = pg_exception_context;
    raise exception 'column "body_template" is no JSON: %', coalesce(nullif(v_detail, '') || format(' (%s)', split_part(v_where, E'\n', 1)), sqlerrm)
      using errcode = 'OB001', column = 'body_template',
            hint = 'A path stands in a string, even when it yields no text: "n": "{{ $.data.n }}". Quotes in a path are written \".';
  end;
  perform outbox.check_template_paths(p_template);
end
$$;
comment on function outbox.check_body_template(text, text) is
  'Raises OB001 when the format or the body template of a webhook does not fit. Called by the trigger of outbox.webhooks.';
