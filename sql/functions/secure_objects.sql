create or replace function outbox.secure_objects()
returns void language plpgsql as $$
begin
  revoke all on schema outbox from public;
  revoke all on all tables in schema outbox from public;
  revoke all on all functions in schema outbox from public;
  if not exists (select from pg_roles as r where r.rolname = 'outbox_relay') then
    begin
      create role outbox_relay nologin;
      comment on role outbox_relay is 'May do what an outbox relay does: read the log, read webhooks with their secrets, record deliveries.';
    exception
      when insufficient_privilege then
        -- Then the relay runs as the owner of the schema.
        return;
      when duplicate_object or unique_violation then
        -- The installation of another database of this cluster was first.
        null;
    end;
  end if;
  grant usage on schema outbox to outbox_relay;
  grant select on all tables in schema outbox to outbox_relay;
  grant insert, update, delete on outbox.registered_relays, outbox.batches, outbox.pending_deliveries to outbox_relay;
  grant insert on outbox.settled_deliveries, outbox.earlier_attempts, outbox.event_types, outbox.webhook_secrets to outbox_relay;
  grant update on outbox.event_cursor to outbox_relay;
  -- Locking a webhook's row while its first secret is made, and disabling it when it is gone.
  grant update (enabled, disabled_reason) on outbox.webhooks to outbox_relay;
  grant execute on all functions in schema outbox to outbox_relay;
  revoke execute on function outbox.adopt, outbox.watch, outbox.unwatch, outbox.emit, outbox.compile_capture, outbox.install_capture,
    outbox.secure_objects from outbox_relay;
exception
  when insufficient_privilege then
    raise warning 'the role outbox_relay could not be given its rights: %', sqlerrm
      using hint = 'Migrate as a role that may grant them, or run the relay as the owner of the schema outbox.';
end
$$;
comment on function outbox.secure_objects() is
  'Takes every right from PUBLIC and gives the role outbox_relay what a relay needs; makes that role where it may. Run by every migration.';
