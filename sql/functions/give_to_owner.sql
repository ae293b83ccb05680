create or replace function outbox.give_to_owner()
returns void language plpgsql as $$
declare
  v_statement text;
begin
  if not pg_has_role('outbox_owner', 'usage') then execute format('grant outbox_owner to %I', current_user); end if;
  if exists (select from pg_namespace as n where n.nspname = 'outbox' and n.nspowner <> 'outbox_owner'::regrole) then
    alter schema outbox owner to outbox_owner;
  end if;
  for v_statement in
    -- Sequences of identity columns follow their tables.
    select format('alter %s outbox.%I owner to outbox_owner', case c.relkind when 'v' then 'view' when 'S' then 'sequence' when 'c' then 'type' else 'table' end, c.relname)
    from pg_class as c
    where c.relnamespace = 'outbox'::regnamespace and c.relowner <> 'outbox_owner'::regrole and c.relkind in ('r', 'p', 'v', 'S', 'c')
      and not (c.relkind = 'S' and exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'))
    union all
    select format('alter function %s owner to outbox_owner', p.oid::regprocedure)
    from pg_proc as p
    where p.pronamespace = 'outbox'::regnamespace and p.proowner <> 'outbox_owner'::regrole
  loop
    execute v_statement;
  end loop;
exception
  -- A role that may not give its objects away keeps them, and works as their owner.
  when insufficient_privilege then null;
end
$$;
comment on function outbox.give_to_owner() is
  'Makes outbox_owner the owner of the schema and of all that is in it, where the caller may: then watches are evaluated with the rights of a role that has no others.';
