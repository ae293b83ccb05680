create or replace function outbox.check_event_type(p_argument text, p_event_type text)
returns void language plpgsql immutable as $$
begin
  if p_event_type ~ '^[A-Za-z0-9_]+([.][A-Za-z0-9_]+)*$' and length(p_event_type) <= 128 then return; end if;
  raise exception 'argument "%" is %, which is no event type', p_argument, coalesce(quote_literal(left(p_event_type, 140)), 'null')
    using errcode = 'OB001',
          hint = 'An event type is made of letters, digits and _, in parts joined by dots, at most 128 characters: noun and past tense, such as invoice.paid.';
end
$$;
comment on function outbox.check_event_type(text, text) is 'Raises OB001 when the text is no event type.';
