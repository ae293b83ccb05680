create or replace function outbox.with_tail(p_id uuid, p_tail text)
returns uuid language sql immutable strict parallel safe as $$
  select (left(translate(p_id::text, '-', ''), 16) || p_tail)::uuid
$$;
comment on function outbox.with_tail(uuid, text) is
  'The id with other last 16 digits. The first 16 are those of an event and of all its deliveries; no id ends in 16 times 0 or f.';
