create or replace function outbox.capture_identity(p_watch outbox.watches)
returns text language sql stable as $$
  select concat(
    E'\n          v_key := null; v_keys := ''null''; v_tenant := null;',
    -- A key in an index is short; a column that somebody named may hold anything.
    case when cardinality(k.names) > 0 then concat(
      case when p_watch.key_columns is not null then concat(E'\n          if ', outbox.capture_size(p_watch.relation, w.row_name, k.names), ' <= 8192 then') end,
      E'\n          v_keys := ', outbox.capture_object(w.row_name, k.names), ';',
      E'\n          v_key := ',
      case when cardinality(k.names) = 1 then format('%s.%I::text', w.row_name, k.names[1])
           else (select format('json_build_array(%s)::text', string_agg(format('%s.%I', w.row_name, n.name), ', ' order by n.position))
                 from unnest(k.names) with ordinality as n (name, position)) end, ';',
      case when p_watch.key_columns is not null then E'\n          end if;' end) end,
    case when p_watch.tenant_column is not null then
      format(E'\n          if %s <= 8192 then v_tenant := %s.%I::text; end if;',
             outbox.capture_size(p_watch.relation, w.row_name, array[p_watch.tenant_column]), w.row_name, p_watch.tenant_column) end)
  from (select case p_watch.operation when 'delete' then 'old' else 'new' end as row_name) as w
  cross join lateral (
    select case when p_watch.operation <> 'truncate' then
      coalesce(p_watch.key_columns,
               array(select n.name from unnest(outbox.relation_key(p_watch.relation)) with ordinality as n (name, position)
                     where n.name <> all (coalesce(p_watch.except_columns, '{}')) order by n.position)) end as names) as k
$$;
comment on function outbox.capture_identity(outbox.watches) is
  'Source of the statements that set key and tenant of an event. The key is sent even where columns does not list it, except_columns keeps it out. Used to compile capture functions.';
