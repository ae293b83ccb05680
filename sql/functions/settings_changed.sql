create or replace function outbox.settings_changed()
returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(1869968482, 4);   -- recompile_captures would leave it to a later run
  perform outbox.recompile_captures();
  return null;
end
$$;
comment on function outbox.settings_changed() is 'Trigger of outbox.settings: capture functions hold the settings they need as constants.';

create or replace trigger recompile_captures after update on outbox.settings
  for each statement execute function outbox.settings_changed();
