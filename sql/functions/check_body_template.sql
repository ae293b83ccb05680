create or replace function outbox.check_body_template(p_format text, p_template text)
returns void language plpgsql stable as $$
begin
  if p_format is null or p_format not in ('standard', 'cloudevents') then
    raise exception 'column "format" is %', coalesce(quote_literal(p_format), 'null')
      using errcode = 'OB001', column = 'format', hint = 'It is one of standard and cloudevents.';
  end if;
end
$$;
comment on function outbox.check_body_template(text, text) is
  'Raises OB001 when the format or the body template of a webhook does not fit. Called by the trigger of outbox.webhooks.';
