create or replace function outbox.webhook_changed()
returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'INSERT' then
    delete from outbox.webhook_patterns as p where p.webhook_id = old.id;
  end if;
  if tg_op = 'DELETE' then
    delete from outbox.pending_deliveries as d where d.webhook_id = old.id;
  else
    insert into outbox.webhook_patterns (webhook_id, pattern, tenant)
    select distinct new.id, u.pattern, new.tenant from unnest(new.events) as u (pattern);
  end if;
  -- A sleeping relay has to learn that held deliveries are free again.
  if (select s.notify from outbox.settings as s) then perform pg_notify('outbox', ''); end if;
  return null;
end
$$;
comment on function outbox.webhook_changed() is
  'Trigger of outbox.webhooks: keeps webhook_patterns, removes the pending deliveries of a deleted webhook, wakes the relay.';

create or replace trigger webhook_changed after insert or update or delete on outbox.webhooks
  for each row execute function outbox.webhook_changed();
