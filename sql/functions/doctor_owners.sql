create or replace function outbox.doctor_owners()
returns table (severity text, subject text, finding text, since timestamptz, mend text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with objects (kind, name, owner) as (
    select 'table', c.oid::regclass::text, c.relowner
    from pg_class as c
    where c.relnamespace = 'outbox'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
      -- The sequence of an identity column goes with its table.
      and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i' and c.relkind = 'S')
    union all
    select 'routine', p.oid::regprocedure::text, p.proowner from pg_proc as p where p.pronamespace = 'outbox'::regnamespace
  )
  select 'info', 'role ' || quote_ident(r.rolname),
         'It owns the schema outbox and is a superuser: conditions, enrich and casts of watched columns run with its rights.',
         null::timestamptz, 'Where you do not trust the owners of the tables, let a role of its own, no superuser, own the schema and all in it.'
  from pg_namespace as n
  join pg_roles as r on r.oid = n.nspowner
  where n.nspname = 'outbox' and r.rolsuper
  union all
  select 'warning', 'role ' || quote_ident(pg_get_userbyid(o.owner)),
         format('It owns %s in the schema outbox, which belongs to %s: %s%s. What one of the two may not do fails where they meet.',
                case when count(*) = 1 then '1 object' else count(*) || ' objects' end, quote_ident(pg_get_userbyid(n.nspowner)),
                array_to_string((array_agg(o.name order by o.name))[:5], ', '), case when count(*) > 5 then ' and others' end),
         null, string_agg(format('alter %s %s owner to %I', o.kind, o.name, pg_get_userbyid(n.nspowner)), E';\n' order by o.name)
  from objects as o
  join pg_namespace as n on n.nspname = 'outbox' and n.nspowner <> o.owner
  group by o.owner, n.nspowner
$$;
comment on function outbox.doctor_owners() is
  'Finds whether the schema belongs to a superuser, and objects in it that belong to another role than the schema.';
