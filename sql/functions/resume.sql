create or replace function outbox.resume(webhook_id uuid default null)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_resumed boolean;
begin
  if webhook_id is null then
    update outbox.settings set paused_at = null where paused_at is not null;
  else
    perform outbox.find_webhook(webhook_id);
    update outbox.webhooks as w set paused_at = null where w.id = webhook_id and w.paused_at is not null;
  end if;
  v_resumed := found;
  perform outbox.ring();
  return v_resumed;
end
$$;
comment on function outbox.resume(uuid) is
  'Ends the pause of a webhook, or without an argument that of everything; a webhook''s own pause stays then. False: it was not paused. Raises OB002 for an unknown webhook.';
