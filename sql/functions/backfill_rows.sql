create or replace function outbox.backfill_rows(p_watch outbox.watches, p_operation text, p_rows text)
returns text language sql stable as $$
  select concat(
    E'select ',
    case cardinality(k.names) when 0 then 'null' when 1 then format('new.%I::text', k.names[1])
      else (select format('json_build_array(%s)::text', string_agg(format('new.%I', n.name), ', ' order by n.position))
            from unnest(k.names) with ordinality as n (name, position)) end, ' as key, ',
    coalesce('new.' || quote_ident(p_watch.tenant_column) || '::text', 'null'), ' as tenant, x.data',
    E'\nfrom ', p_rows,
    E'\ncross join lateral (select concat(', h.head, ', ', h.keys, ', '',"record":'', ', outbox.capture_object('new', outbox.capture_columns(p_watch)),
    case when p_watch.enrich is not null then format(E', \',"enriched":\', coalesce((\n%s\n)::json::text, \'null\')', p_watch.enrich) end,
    ', ''}'') as text) as w',
    E'\ncross join lateral (select case when octet_length(w.text) <= ', (select s.max_payload_bytes from outbox.settings as s),
    ' then w.text::json else outbox.capture_thin(', h.head, ', ', h.keys, ', ''too_large'') end as data) as x')
  from (select outbox.capture_keys(p_watch) as names) as k
  cross join lateral (
    select quote_literal(format('{"table":%s,"operation":"%s","key":', to_json(outbox.relation_name(p_watch.relation)), p_operation)) as head,
           case when cardinality(k.names) = 0 then '''null''' else outbox.capture_object('new', k.names) end as keys) as h
$$;
comment on function outbox.backfill_rows(outbox.watches, text, text) is
  'The statement that gives key, tenant and data of the events of existing rows; the rows are what stands after "from", under the name new.';
