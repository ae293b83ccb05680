create or replace function outbox.audit(p_action text, p_object_id text, p_before json, p_after json)
returns void language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into outbox.audit_log (actor, door, address, db_role, action, object_id, before, after)
  select outbox.actor(), outbox.door(),
         -- The address of the admin says nothing about the person who used it.
         case when nullif(current_setting('outbox.actor', true), '') is null then host(inet_client_addr())
              else nullif(current_setting('outbox.address', true), '') end,
         -- Settings can say anything; this cannot be set.
         session_user, p_action, p_object_id, p_before, p_after
$$;
comment on function outbox.audit(text, text, json, json) is
  'Writes a row of the audit log: who and from where are found out here. Never give it a secret.';
