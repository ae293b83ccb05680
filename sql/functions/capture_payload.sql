create or replace function outbox.capture_payload(p_watch outbox.watches)
returns text language plpgsql stable as $$
declare
  v_row     text := case p_watch.operation when 'delete' then 'old' else 'new' end;
  v_update  boolean := p_watch.operation = 'update';
  v_all     text[] := outbox.relation_columns(p_watch.relation);
  v_columns text[] := array(
    select c.name
    from unnest(v_all) with ordinality as c (name, position)
    where (p_watch.columns is null or c.name = any (p_watch.columns))
      and (p_watch.except_columns is null or c.name <> all (p_watch.except_columns))
    order by c.position);
  v_keys    text[] := coalesce(p_watch.key_columns, outbox.relation_key(p_watch.relation));
  v_limit   integer := (select s.max_payload_bytes from outbox.settings as s);
  v_whole   boolean := p_watch.columns is null and p_watch.except_columns is null
    and cardinality(v_all) = (select count(*) from pg_attribute as a where a.attrelid = p_watch.relation and a.attnum > 0 and not a.attisdropped);
begin
  if p_watch.operation = 'truncate' then
    return concat(E'\n          v_key := null; v_keys := ''null''; v_tenant := null;',
                  E'\n          v_data := concat(', outbox.capture_head(p_watch), ', ''null,"record":null}'')::json;');
  end if;
  return concat(
    E'\n          v_key := null; v_keys := ''null''; v_tenant := null; v_enriched := null;',
    case when cardinality(v_keys) = 1 then format(E'\n          v_key := %s.%I::text;', v_row, v_keys[1])
         when cardinality(v_keys) > 1 then format(E'\n          v_key := json_build_array(%s)::text;',
           (select string_agg(format('%s.%I', v_row, k.name), ', ' order by k.position) from unnest(v_keys) with ordinality as k (name, position))) end,
    case when cardinality(v_keys) > 0 then format(E'\n          v_keys := %s;', outbox.capture_object(v_row, v_keys)) end,
    case when p_watch.tenant_column is not null then format(E'\n          v_tenant := %s.%I::text;', v_row, p_watch.tenant_column) end,
    case when p_watch.enrich is not null then concat(
      E'\n          begin',
      E'\n            v_enriched := (\n', p_watch.enrich, E'\n            )::json::text;',
      E'\n          exception when others then',
      E'\n            perform outbox.capture_failed(', quote_literal(outbox.relation_name(p_watch.relation)), ', ', quote_literal(p_watch.event_type),
      ', ''enrich'', sqlstate, sqlerrm);',
      E'\n          end;') end,
    E'\n          v_large := ', outbox.capture_size(p_watch.relation, v_row, v_columns),
    case when v_update then ' + ' || outbox.capture_size(p_watch.relation, 'old', v_columns) end, ' > ', v_limit * case when v_update then 2 else 1 end, ';',
    E'\n          if not v_large then',
    case when v_update then E'\n            v_previous := ' || outbox.capture_changes(p_watch.relation, v_columns) || ';' end,
    -- A column added since this was compiled is found by comparing whole rows.
    case when v_update and v_whole then
      E'\n            if v_previous = '''' then v_previous := outbox.capture_difference(row_to_json(old), row_to_json(new)); end if;' end,
    E'\n            v_data := concat(', outbox.capture_head(p_watch), ', v_keys, '',"record":'', ',
    case when v_whole then format('row_to_json(%s)', v_row) else outbox.capture_object(v_row, v_columns) end,
    case when v_update then ', '',"previous":{'', v_previous, ''}''' end,
    case when p_watch.enrich is not null then ', '',"enriched":'', coalesce(v_enriched, ''null'')' end,
    ', ''}'')::json;',
    E'\n            v_large := octet_length(v_data::text) > ', v_limit, ';',
    E'\n          end if;',
    E'\n          if v_large then v_data := outbox.capture_thin(', outbox.capture_head(p_watch), ', v_keys, ''too_large''); end if;');
end
$$;
comment on function outbox.capture_payload(outbox.watches) is
  'Source of the statements that make key, tenant and data of an event from the row. Used to compile capture functions.';
