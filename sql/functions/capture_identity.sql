create or replace function outbox.capture_identity(p_watch outbox.watches)
returns text language sql stable as $$
  select concat(
    case when cardinality(k.names) > 0 then format(E'\n        v_key := %s;', outbox.capture_short(p_watch.relation, w.row_name, k.names,
      case when cardinality(k.names) = 1 then format('%s.%I::text', w.row_name, k.names[1])
           else (select format('json_build_array(%s)::text', string_agg(format('%s.%I', w.row_name, n.name), ', ' order by n.position))
                 from unnest(k.names) with ordinality as n (name, position)) end)) end,
    case when p_watch.tenant_column is not null then format(E'\n        v_tenant := %s;', outbox.capture_short(p_watch.relation, w.row_name,
      array[p_watch.tenant_column], format('%s.%I::text', w.row_name, p_watch.tenant_column))) end)
  from (select case p_watch.operation when 'delete' then 'old' else 'new' end as row_name) as w
  cross join lateral (select outbox.capture_keys(p_watch) as names) as k
$$;
comment on function outbox.capture_identity(outbox.watches) is
  'Source of the statements that set key and tenant of an event. Used to compile capture functions.';
