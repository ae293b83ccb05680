create or replace function outbox.doctor_public_rights()
returns table (severity text, subject text, finding text, since timestamptz, mend text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with objects (kind, name, acl) as (
    select 'schema', 'outbox', coalesce(n.nspacl, acldefault('n', n.nspowner)) from pg_namespace as n where n.nspname = 'outbox'
    union all
    select case c.relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass::text,
           coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
    from pg_class as c
    where c.relnamespace = 'outbox'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select 'table', a.attrelid::regclass::text, a.attacl
    from pg_attribute as a
    join pg_class as c on c.oid = a.attrelid
    where c.relnamespace = 'outbox'::regnamespace and a.attacl is not null
    union all
    select 'routine', p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_proc as p
    where p.pronamespace = 'outbox'::regnamespace
  ), open as (
    select o.kind, o.name, string_agg(distinct lower(a.privilege_type), ', ') as privileges,
           bool_or(a.privilege_type not in ('SELECT', 'USAGE', 'EXECUTE') or o.name in ('outbox.webhook_secrets', 'outbox.webhook_headers')) as grave
    from objects as o
    cross join lateral aclexplode(o.acl) as a
    where a.grantee = 0
    group by o.kind, o.name
  )
  select case when o.grave then 'error' else 'warning' end,
         format('%s%s', replace(o.kind, 'routine', 'function'), case when count(*) = 1 then ' ' || min(o.name) else 's of the schema outbox' end),
         format('Everybody (PUBLIC) has %s%s.', o.privileges,
                case when count(*) > 1 then format(' on %s of them: %s%s', count(*), array_to_string((array_agg(o.name order by o.name))[:5], ', '),
                                                   case when count(*) > 5 then ' and others' end) end),
         null::timestamptz, string_agg(format('revoke all on %s %s from public', o.kind, o.name), E';\n' order by o.name)
  from open as o
  group by o.kind, o.privileges, o.grave
$$;
comment on function outbox.doctor_public_rights() is
  'Finds rights of PUBLIC in the schema: there should be none.';
