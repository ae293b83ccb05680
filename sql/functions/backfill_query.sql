create or replace function outbox.backfill_query(p_watch outbox.watches, p_condition text)
returns text language sql stable as $$
  select concat(
    'insert into outbox.events (type, key, tenant, data, context, only_for)',
    E'\nselect ', quote_literal(p_watch.event_type), ', ',
    case cardinality(k.names) when 0 then 'null' when 1 then format('new.%I::text', k.names[1])
      else (select format('json_build_array(%s)::text', string_agg(format('new.%I', n.name), ', ' order by n.position))
            from unnest(k.names) with ordinality as n (name, position)) end, ', ',
    coalesce('new.' || quote_ident(p_watch.tenant_column) || '::text', 'null'), ', x.data, outbox.current_context(), $1',
    E'\nfrom ', outbox.relation_name(p_watch.relation), ' as new',
    E'\ncross join lateral (select concat(', h.head, ', ', h.keys, ', '',"record":'', ', outbox.capture_object('new', outbox.capture_columns(p_watch)),
    case when p_watch.enrich is not null then format(E', \',"enriched":\', coalesce((\n%s\n)::json::text, \'null\')', p_watch.enrich) end,
    ', ''}'') as text) as w',
    E'\ncross join lateral (select case when octet_length(w.text) <= ', (select s.max_payload_bytes from outbox.settings as s),
    ' then w.text::json else outbox.capture_thin(', h.head, ', ', h.keys, ', ''too_large'') end as data) as x',
    E'\nwhere ', coalesce(E'(\n' || p_condition || E'\n)', 'true'))
  from (select outbox.capture_keys(p_watch) as names) as k
  cross join lateral (
    select quote_literal(format('{"table":%s,"operation":"backfill","key":', to_json(outbox.relation_name(p_watch.relation)))) as head,
           case when cardinality(k.names) = 0 then '''null''' else outbox.capture_object('new', k.names) end as keys) as h
$$;
comment on function outbox.backfill_query(outbox.watches, text) is
  'The statement that makes events of existing rows; $1 is the webhook that they are meant for, or null.';
