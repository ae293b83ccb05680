create or replace function outbox.check_relation(p_relation regclass)
returns void language plpgsql stable as $$
declare
  v_class pg_class;
  v_kind  text;
begin
  select c.* into v_class from pg_class as c where c.oid = p_relation;
  if not found then
    raise exception 'argument "relation" is null or names a table that does not exist'
      using errcode = 'OB002', hint = 'Give a table, such as ''public.tickets''.';
  end if;
  v_kind := case
    when v_class.relnamespace = 'outbox'::regnamespace then 'a table of the outbox itself'
    when v_class.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) then 'a system table'
    when v_class.relispartition then 'a partition'
    when v_class.relpersistence = 't' then 'a temporary table'
    when v_class.relkind in ('r', 'p') then null
    when v_class.relkind in ('v', 'm') then 'a view'
    when v_class.relkind = 'f' then 'a foreign table'
    else 'no table'
  end;
  if v_kind is not null then
    raise exception 'argument "relation" is %, which is % and cannot be watched', outbox.relation_name(p_relation), v_kind
      using errcode = 'OB001',
            hint = case when v_class.relispartition
                     then 'Watch its root: ' || outbox.relation_name(pg_partition_root(p_relation)) || '.'
                     else 'Watch the ordinary or partitioned table in which the rows are written.' end;
  end if;
  if not pg_has_role(outbox.caller(), v_class.relowner, 'usage') then
    raise exception 'the table % belongs to %, and % may not act for it', outbox.relation_name(p_relation), pg_get_userbyid(v_class.relowner), outbox.caller()
      using errcode = 'OB004', hint = 'Only the owner of a table, or a superuser, may watch it.';
  end if;
end
$$;
comment on function outbox.check_relation(regclass) is
  'Raises OB001, OB002 or OB004 when a relation cannot be watched: not a table, a partition, ours, or somebody else''s.';
