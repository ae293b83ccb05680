create or replace function outbox.pause(webhook_id uuid default null)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
begin
  if webhook_id is null then
    update outbox.settings set paused_at = now() where paused_at is null;
  else
    perform outbox.find_webhook(webhook_id);
    update outbox.webhooks as w set paused_at = now() where w.id = webhook_id and w.paused_at is null;
  end if;
  return found;
end
$$;
comment on function outbox.pause(uuid) is
  'Pauses a webhook: its events are matched and wait, nothing is lost. Without an argument: everything, no relay takes any work. Requests under way are finished. False: it was paused already. Raises OB002 for an unknown webhook.';
