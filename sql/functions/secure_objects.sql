create or replace function outbox.secure_objects()
returns void language plpgsql as $$
begin
  revoke all on schema outbox from public;
  revoke all on all tables in schema outbox from public;
  revoke all on all functions in schema outbox from public;
  if not exists (select from pg_roles as r where r.rolname = 'outbox_relay') then
    begin
      create role outbox_relay nologin;
    exception
      when insufficient_privilege then return;   -- then the relay runs as the owner
      when duplicate_object then null;           -- another database of this cluster was first
    end;
  end if;
  grant usage on schema outbox to outbox_relay;
  grant select on all tables in schema outbox to outbox_relay;
  grant execute on all functions in schema outbox to outbox_relay;
  revoke execute on function outbox.watch, outbox.unwatch, outbox.secure_objects from outbox_relay;
  grant insert on outbox.webhook_secrets to outbox_relay;
exception
  when insufficient_privilege then
    raise warning 'the role outbox_relay could not be granted its rights: %', sqlerrm
      using hint = 'Run the migration as a role that may grant, or run the relay as the owner of the schema outbox.';
end
$$;
comment on function outbox.secure_objects() is
  'Takes every right from PUBLIC and gives the role outbox_relay what a relay needs; makes that role where it may. Run by every migration.';
