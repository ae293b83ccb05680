create or replace function outbox.response_range(p_response text)
returns int4range language plpgsql immutable as $$
begin
  if p_response !~ '^([1-9][0-9][0-9]|[1-9]xx|none)$' then
    raise exception 'argument "response" is %', quote_literal(p_response)
      using errcode = 'OB001', hint = 'Give a status such as 503, a class such as 5xx, or none for attempts without an answer.';
  end if;
  return case
    when p_response like '_xx' then int4range(left(p_response, 1)::integer * 100, left(p_response, 1)::integer * 100 + 100)
    when p_response <> 'none' then int4range(p_response::integer, p_response::integer + 1) end;
end
$$;
comment on function outbox.response_range(text) is
  'The HTTP statuses that are asked for: 503, or all of a class such as 5xx. Null: none are. Raises OB001 for anything else.';
