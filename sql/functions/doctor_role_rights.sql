create or replace function outbox.doctor_role_rights()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with roles as (
    select n.name, r.oid,
           exists (select from pg_roles as m where m.rolcanlogin and not m.rolsuper and pg_has_role(m.oid, r.oid, 'usage')) as used
    from unnest('{outbox_relay,outbox_admin,outbox_reader,outbox_emitter}'::name[]) as n (name)
    left join pg_roles as r on r.rolname = n.name
  ), missing as (
    select r.oid, string_agg(format('%s on %s %s', n.privilege, n.kind, n.name), ', ' order by n.kind, n.name) as list
    from roles as r
    cross join lateral outbox.rights_of(r.name) as n
    where r.oid is not null and not case
      when n.kind = 'schema' then has_schema_privilege(r.oid, n.name, n.privilege)
      when n.kind = 'function' then has_function_privilege(r.oid, n.name, n.privilege)
      when n.kind = 'sequence' then has_sequence_privilege(r.oid, n.name, n.privilege)
      when n.privilege like '%(%' then has_any_column_privilege(r.oid, n.name, split_part(n.privilege, ' ', 1))
      else (select bool_and(has_table_privilege(r.oid, n.name, p.name)) from regexp_split_to_table(n.privilege, ', ') as p (name)) end
    group by r.oid
  )
  -- Without anybody who logs in with it, it does not matter yet.
  select case when r.used then 'error' else 'info' end, 'role ' || r.name,
         format('It lacks rights that it needs: %s.%s', m.list, case when not r.used then ' Nobody logs in with it.' end),
         null::timestamptz, format('select outbox.grant_rights(%L)', r.name)
  from roles as r
  join missing as m on m.oid = r.oid
  union all
  select 'info', 'role ' || r.name, 'It does not exist: what it is for can only be done as the owner of the schema outbox.', null, 'select outbox.secure_objects()'
  from roles as r
  where r.oid is null
$$;
comment on function outbox.doctor_role_rights() is
  'Finds roles of ours that are missing, and rights that they need and lack.';
