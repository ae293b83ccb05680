create or replace function outbox.relay_text(p_relay integer)
returns text language sql stable as $$
  select concat('relay ', p_relay, ' (' || (select r.name from outbox.registered_relays as r where r.id = p_relay) || ')')
$$;
comment on function outbox.relay_text(integer) is
  'A relay as it stands in a sentence: its number, and its host and process where it is still registered.';
