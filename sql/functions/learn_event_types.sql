create or replace function outbox.learn_event_types(p_types text[])
returns void language sql volatile as $$
  insert into outbox.event_types (type, source)
  select u.type, 'custom' from unnest(p_types) as u (type)
  on conflict do nothing
$$;
comment on function outbox.learn_event_types(text[]) is
  'Adds types that outbox.emit used to the catalog. Called by relays, so that writers never meet on its index.';
