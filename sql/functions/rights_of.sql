create or replace function outbox.rights_of(p_role text)
returns setof text language sql stable as $$
  select 'grant usage on schema outbox'
  union all
  -- A partition is read through its root.
  select format('grant select on outbox.%I', c.relname)
  from pg_class as c
  where c.relnamespace = 'outbox'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
    and p_role in ('outbox_relay', 'outbox_admin', 'outbox_reader')
    and (c.relname <> 'webhook_secrets' or p_role = 'outbox_relay')
  union all
  -- What is declared stable or immutable writes nothing.
  select format('grant execute on function %s', p.oid::regprocedure)
  from pg_proc as p
  where p.pronamespace = 'outbox'::regnamespace
    and (p.provolatile <> 'v' and p_role in ('outbox_relay', 'outbox_admin', 'outbox_reader') or p.proname = any (outbox.callable_by(p_role))
         -- Who installs a trigger needs execute on its function.
         or p.prorettype = 'trigger'::regtype and p_role = 'outbox_admin')
  union all
  select r.statement
  from (values
    ('outbox_relay', 'grant insert, update, delete on outbox.registered_relays, outbox.batches, outbox.pending_deliveries, outbox.activity_minutes, outbox.webhook_activity'),
    ('outbox_relay', 'grant insert on outbox.settled_deliveries, outbox.earlier_attempts, outbox.event_types, outbox.webhook_secrets'),
    ('outbox_relay', 'grant update on outbox.event_cursor'),
    ('outbox_relay', 'grant usage on sequence outbox.delivery_ordinals'),
    -- Locking a webhook's row while its first secret is made, and disabling it when it is gone.
    ('outbox_relay', 'grant update (enabled, disabled_reason) on outbox.webhooks'),
    ('outbox_admin', 'grant insert, update, delete on outbox.webhooks, outbox.event_types'),
    ('outbox_admin', 'grant update on outbox.settings'),
    ('outbox_admin', 'grant delete on outbox.capture_failures'),
    ('outbox_admin', 'grant insert on outbox.events')
  ) as r (role, statement)
  where r.role = p_role
$$;
comment on function outbox.rights_of(text) is
  'The rights of one of the roles outbox_relay, outbox_admin, outbox_reader and outbox_emitter, as grants without "to".';
