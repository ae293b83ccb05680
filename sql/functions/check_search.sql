create or replace function outbox.check_search(p_event_types text[], p_contains text, p_since timestamptz, p_until timestamptz, p_max_rows integer)
returns void language plpgsql immutable as $$
declare
  v_wrong text := (
    select quote_nullable(u.pattern) from unnest(p_event_types) as u (pattern)
    where u.pattern is null or u.pattern !~ '^(\*|[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*(\.\*)?)$' limit 1);
begin
  if p_event_types = '{}' or v_wrong is not null then
    raise exception 'argument "event_types" is %', coalesce('a list with ' || v_wrong, 'empty')
      using errcode = 'OB001', hint = 'List types or patterns, such as ''{ticket.*}''; null stands for all.';
  end if;
  if p_contains = '' or length(p_contains) > 1000 then
    raise exception 'argument "contains" is % characters long', length(p_contains)
      using errcode = 'OB001', hint = 'Give 1 to 1000 characters; null stands for any text.';
  end if;
  if p_since > p_until then
    raise exception 'arguments "since" and "until" are % and %', p_since, p_until
      using errcode = 'OB001', hint = 'Give a span that begins before it ends.';
  end if;
  if p_max_rows is null or p_max_rows not between 1 and 10000 then
    raise exception 'argument "max_rows" is %', coalesce(p_max_rows::text, 'null')
      using errcode = 'OB001', hint = 'Give 1 to 10000.';
  end if;
end
$$;
comment on function outbox.check_search(text[], text, timestamptz, timestamptz, integer) is
  'Raises OB001 when an argument of outbox.find_deliveries or outbox.find_events does not fit.';
