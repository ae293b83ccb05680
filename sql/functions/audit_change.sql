create or replace function outbox.audit_change()
returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  -- What is written must not depend on the session.
  set timezone = 'UTC' set intervalstyle = 'postgres'
as $$
declare
  v_before jsonb;
  v_after  jsonb;
  v_row    jsonb;
begin
  -- Migrations bring the catalog up to date; whoever else takes their name is written down.
  if current_setting('application_name') = 'outbox migrate' and pg_has_role(session_user, current_user, 'member') then return null; end if;
  if tg_op <> 'INSERT' then v_before := outbox.audited_values(row_to_json(old), tg_argv[2]::text[]); end if;
  if tg_op <> 'DELETE' then v_after := outbox.audited_values(row_to_json(new), tg_argv[2]::text[]); end if;
  v_row := coalesce(v_after, v_before);
  perform outbox.audit(c.action, v_row ->> tg_argv[1], (c.before - tg_argv[1])::json, (c.after - tg_argv[1])::json)
  from outbox.audited_changes(tg_argv[0], v_before, v_after, tg_argv[3]::text[]) as c;
  return null;
exception
  when others then
    -- A relay that cannot say so disables a webhook all the same.
    if outbox.door() <> 'relay' then raise; end if;
    raise warning 'the audit log could not be written: %', sqlerrm;
    return null;
end
$$;
comment on function outbox.audit_change() is
  'Trigger that writes the audit log. Arguments: what a row is called, the column that names it, columns that are left out, columns that are told even when they did not change.';

create or replace trigger audit_change after insert or update or delete on outbox.webhooks
  for each row execute function outbox.audit_change('webhook', 'id', '{version,created_at,updated_at,disabled_at,template_id}', '{}');
create or replace trigger audit_change after update on outbox.settings
  for each row execute function outbox.audit_change('settings', '', '{id}', '{}');
create or replace trigger audit_change after insert or update or delete on outbox.watches
  for each row execute function outbox.audit_change('watch', 'relation', '{id,created_at}', '{event_type,operation}');
create or replace trigger audit_change after update or delete on outbox.event_types
  for each row execute function outbox.audit_change('event_type', 'type', '{created_at}', '{}');
-- Not those that came with a watch, nor those that relays met: nobody has said anything about them.
create or replace trigger audit_creation after insert on outbox.event_types
  for each row when (new.source <> 'watch' and not (current_setting('application_name') like 'outbox relay%' and new.description is null and new.schema is null and new.example is null))
  execute function outbox.audit_change('event_type', 'type', '{created_at}', '{}');
create or replace trigger audit_change after insert or update of revoked_at or delete on outbox.api_tokens
  for each row execute function outbox.audit_change('token', 'id', '{token_hash,created_by,created_at,last_used_at}', '{name}');
-- Relays write the progress of a replay several times a second: that is no change that a person made.
create or replace trigger audit_change after insert or update of cancelled_at on outbox.replays
  for each row execute function outbox.audit_change('replay', 'webhook_id', '{position,deliveries,requested_by,requested_at,advanced_at,finished_at}', '{id}');
