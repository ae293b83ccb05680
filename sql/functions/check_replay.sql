create or replace function outbox.check_replay(p_since timestamptz, p_until timestamptz, p_event_types text[], p_which text, p_rate_limit integer)
returns void language plpgsql immutable as $$
begin
  if p_since is null or p_until is null or p_since > p_until then
    raise exception 'arguments "since" and "until" are % and %', coalesce(p_since::text, 'null'), coalesce(p_until::text, 'null')
      using errcode = 'OB001', hint = 'Give a span that begins before it ends, such as since => now() - interval ''1 hour''.';
  end if;
  if cardinality(p_event_types) = 0 or array_position(p_event_types, null) is not null then
    raise exception 'argument "event_types" is empty or holds a null'
      using errcode = 'OB001', hint = 'List types or patterns, such as ''{ticket.*}''; null stands for all that the webhook wants.';
  end if;
  if p_which is null or p_which not in ('all', 'missed', 'dead') then
    raise exception 'argument "which" is %', coalesce(quote_literal(p_which), 'null')
      using errcode = 'OB001', hint = 'It is one of all, missed (events without a delivery) and dead (deliveries that were given up).';
  end if;
  if p_rate_limit is null or p_rate_limit not between 1 and 100000 then
    raise exception 'argument "rate_limit" is %', coalesce(p_rate_limit::text, 'null')
      using errcode = 'OB001', hint = 'Give 1 to 100000 deliveries a second.';
  end if;
end
$$;
comment on function outbox.check_replay(timestamptz, timestamptz, text[], text, integer) is
  'Raises OB001 when an argument of outbox.replay does not fit.';
