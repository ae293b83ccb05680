create or replace function outbox.rights_of(p_role text)
returns table (privilege text, kind text, name text) language sql stable set search_path = pg_catalog, pg_temp as $$
  select 'usage', 'schema', 'outbox'
  union all
  -- A partition is read through its root.
  select 'select', 'table', format('outbox.%I', c.relname)
  from pg_class as c
  where c.relnamespace = 'outbox'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
    and p_role in ('outbox_relay', 'outbox_admin', 'outbox_reader')
    and (c.relname not in ('webhook_secrets', 'webhook_headers') or p_role = 'outbox_relay')
    and (c.relname <> 'audit_log' or p_role in ('outbox_admin', 'outbox_reader'))
    and (c.relname not in ('api_tokens', 'login_links', 'admin_sessions', 'api_requests') or p_role = 'outbox_admin')
  union all
  -- What is declared stable or immutable writes nothing.
  select 'execute', 'function', p.oid::regprocedure::text
  from pg_proc as p
  where p.pronamespace = 'outbox'::regnamespace
    and (p.provolatile <> 'v' and p_role in ('outbox_relay', 'outbox_admin', 'outbox_reader') or p.proname = any (outbox.callable_by(p_role))
         -- Who installs a trigger needs execute on its function.
         or p.prorettype = 'trigger'::regtype and p_role = 'outbox_admin')
  union all
  select r.privilege, r.kind, 'outbox.' || n.name
  from (values
    ('outbox_relay', 'insert, update, delete', 'table', '{registered_relays,batches,pending_deliveries}'::text[]),
    ('outbox_relay', 'insert', 'table', '{settled_deliveries,earlier_attempts,event_types}'),
    ('outbox_relay', 'update', 'table', '{event_cursor}'),
    ('outbox_relay', 'usage', 'sequence', '{delivery_ordinals}'),
    -- Disabling a webhook when it is gone.
    ('outbox_relay', 'update (enabled, disabled_reason)', 'table', '{webhooks}'),
    ('outbox_admin', 'insert, update, delete', 'table', '{webhooks,event_types,api_requests}'),
    ('outbox_admin', 'update', 'table', '{settings}'),
    ('outbox_admin', 'delete', 'table', '{capture_failures}'),
    ('outbox_admin', 'insert', 'table', '{events}')
  ) as r (role, privilege, kind, names)
  cross join lateral unnest(r.names) as n (name)
  where r.role = p_role
$$;
comment on function outbox.rights_of(text) is
  'The rights of one of the roles outbox_relay, outbox_admin, outbox_reader and outbox_emitter: grant privilege on kind name.';
