create or replace function outbox.doctor_relay_rights()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with role as (
    select r.oid,
           exists (select from pg_roles as m where m.rolcanlogin and not m.rolsuper and pg_has_role(m.oid, r.oid, 'usage')) as used
    from pg_roles as r
    where r.rolname = 'outbox_relay'
  ), needed (privilege, kind, name) as (
    select 'usage', 'schema', 'outbox'
    union all
    select 'usage', 'sequence', 'outbox.delivery_ordinals'
    union all
    select 'select', 'table', 'outbox.' || t.name
    from unnest('{batches,body_templates,coalescing_changes,earlier_attempts,event_cursor,events,event_types,pending_deliveries,registered_relays,
                  replays,settings,settled_deliveries,watches,webhook_patterns,webhook_secrets,webhooks}'::text[]) as t (name)
    union all
    select p.name, 'table', 'outbox.' || t.name
    from unnest('{batches,pending_deliveries,registered_relays}'::text[]) as t (name) cross join unnest('{insert,update,delete}'::text[]) as p (name)
    union all
    select 'insert', 'table', 'outbox.' || t.name
    from unnest('{earlier_attempts,event_types,settled_deliveries,webhook_secrets}'::text[]) as t (name)
    union all
    select 'update', 'table', 'outbox.event_cursor'
    union all
    select 'execute', 'function', 'outbox.' || f.name
    from unnest('{add_first_secret,batch_matches,claim_due,disable_webhook,do_chores,drop_expired_partitions,finish_batches,learn_event_types,
                  make_partitions,next_batch,next_due_at,notify_is_contended,recompile_captures,record_attempts,record_delivered,record_pending,
                  register_relay,relay_webhooks,release_deliveries,release_unknown,renew_relay,retire_dead_relays,retire_relay,suspect_relays,
                  writers_ring}'::text[]) as f (name)
  ), missing as (
    select format('%s on %s %s', n.privilege, n.kind, n.name) as what
    from needed as n
    cross join role as r
    where not case n.kind
      when 'schema' then has_schema_privilege(r.oid, n.name, n.privilege)
      when 'function' then has_function_privilege(r.oid, to_regproc(n.name), n.privilege)
      when 'sequence' then has_sequence_privilege(r.oid, to_regclass(n.name), n.privilege)
      else has_table_privilege(r.oid, to_regclass(n.name), n.privilege) end
  )
  -- Without anybody who logs in with it, relays run as the owner of the schema, and it does not matter yet.
  select case when r.used then 'error' else 'info' end, 'role outbox_relay',
         format('It lacks rights that a relay needs: %s.%s', m.list, case when not r.used then ' Nobody logs in with it.' end),
         null::timestamptz, m.mend
  from role as r
  cross join (
    select string_agg(m.what, ', ' order by m.what) as list, string_agg(format('grant %s to outbox_relay', m.what), E';\n' order by m.what) as mend
    from missing as m) as m
  where m.list is not null
  union all
  select 'info', 'role outbox_relay', 'It does not exist: relays can only run as the owner of the schema outbox.', null, 'select outbox.secure_objects()'
  where not exists (select from role)
$$;
comment on function outbox.doctor_relay_rights() is
  'Finds rights that a relay needs and the role outbox_relay lacks.';
