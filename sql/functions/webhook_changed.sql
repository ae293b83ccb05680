create or replace function outbox.webhook_changed()
returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'INSERT' then
    delete from outbox.webhook_patterns as p where p.webhook_id = old.id;
  end if;
  -- What was missed can be told and replayed afterwards.
  if tg_op <> 'DELETE' and not new.enabled and (tg_op = 'INSERT' or old.enabled) then
    insert into outbox.disabled_spans (webhook_id, disabled_at, reason) values (new.id, new.disabled_at, new.disabled_reason)
    -- Disabled, enabled and disabled again in one transaction.
    on conflict (webhook_id, disabled_at) do update set enabled_at = null, reason = excluded.reason;
  elsif tg_op = 'UPDATE' and new.enabled and not old.enabled then
    update outbox.disabled_spans as s set enabled_at = clock_timestamp() where s.webhook_id = new.id and s.enabled_at is null;
  end if;
  if tg_op = 'DELETE' then
    delete from outbox.pending_deliveries as d where d.webhook_id = old.id;
  else
    insert into outbox.webhook_patterns (webhook_id, pattern, tenant)
    select distinct new.id, u.pattern, new.tenant from unnest(new.events) as u (pattern);
    perform outbox.store_headers(new.id, new.headers);
  end if;
  -- A sleeping relay has to learn that held deliveries are free again.
  perform outbox.ring();
  return null;
end
$$;
comment on function outbox.webhook_changed() is
  'Trigger of outbox.webhooks: keeps webhook_patterns, webhook_headers and disabled_spans, removes the pending deliveries of a deleted webhook, wakes the relay.';

create or replace trigger webhook_changed after insert or update or delete on outbox.webhooks
  for each row execute function outbox.webhook_changed();
