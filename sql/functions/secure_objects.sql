create or replace function outbox.secure_objects()
returns void language plpgsql as $$
declare
  v_role         text;
  v_comment      text;
  v_owner_is_new boolean := not exists (select from pg_roles as r where r.rolname = 'outbox_owner');
begin
  revoke all on schema outbox from public;
  revoke all on all tables in schema outbox from public;
  revoke all on all sequences in schema outbox from public;
  revoke all on all functions in schema outbox from public;
  for v_role, v_comment in values
    ('outbox_owner',   'Owns the schema outbox. Conditions and enrich of watches are evaluated with its rights.'),
    ('outbox_relay',   'May do what an outbox relay does: read the log, read webhooks with their secrets, record deliveries.'),
    ('outbox_admin',   'May steer an outbox: webhooks, watches of own tables, resending, replaying, settings. Sees no secret.'),
    ('outbox_reader',  'May look at everything in an outbox but secrets, and call the functions that change nothing.'),
    ('outbox_emitter', 'May call outbox.emit.')
  loop
    -- Without roles everything is done as the owner of the schema, and nothing is granted.
    if not outbox.make_role(v_role, v_comment) then return; end if;
    if v_role <> 'outbox_owner' then perform outbox.grant_rights(v_role); end if;
  end loop;
  perform outbox.give_to_owner();
  -- So that enrich may read any table; a DBA who revokes it is not overruled by the next migration.
  if v_owner_is_new then grant pg_read_all_data to outbox_owner; end if;
exception
  when insufficient_privilege then
    raise warning 'the roles of the outbox could not be given their rights: %', sqlerrm
      using hint = 'Migrate as a role that may grant them, or work as the owner of the schema outbox.';
end
$$;
comment on function outbox.secure_objects() is
  'Takes every right from PUBLIC, makes the roles outbox_owner, outbox_relay, outbox_admin, outbox_reader and outbox_emitter where it may, and gives each its rights. Run by every migration.';
