create or replace function outbox.capture_payload(p_watch outbox.watches)
returns text language plpgsql stable as $$
declare
  v_row     text := case p_watch.operation when 'delete' then 'old' else 'new' end;
  v_update  boolean := p_watch.operation = 'update';
  v_columns text[] := outbox.capture_columns(p_watch);
  v_whole   boolean := outbox.capture_whole(p_watch);
  v_limit   integer := (select s.max_payload_bytes from outbox.settings as s);
  v_size    text := outbox.capture_size(p_watch.relation, case when v_update then '{new,old}' else array[v_row] end, v_columns);
  v_keys    text := outbox.capture_key_object(p_watch);
  v_thin    text := concat('v_data := outbox.capture_thin(', outbox.capture_head(p_watch), ', ', v_keys, ', ''too_large'');');
  v_gone    text := (select c.name from unnest(p_watch.except_columns) as c (name)
                     where not exists (select from pg_attribute as a where a.attrelid = p_watch.relation and a.attname = c.name) limit 1);
begin
  if p_watch.operation = 'truncate' then
    return concat(E'\n        v_data := concat(', outbox.capture_head(p_watch), ', ''null,"record":null}'')::json;');
  end if;
  if v_gone is not null then
    -- Renamed or dropped? Under a new name it would be sent, so nothing is until somebody says.
    return concat(E'\n        raise exception ''except_columns names the column %, which the table no longer has: call outbox.watch again'', ', quote_literal(quote_ident(v_gone)), ';');
  end if;
  return concat(
    outbox.capture_enrich(p_watch),
    E'\n        if ', case when v_update and v_whole then 'v_wide' else coalesce(v_size || ' > ' || v_limit, 'false') end, ' then ', v_thin,
    E'\n        else',
    case when v_update then outbox.capture_changes(p_watch.relation, v_columns) end,
    -- A column added since this was compiled is found by comparing whole rows.
    case when v_update and v_whole then
      E'\n          if v_previous is null then v_previous := outbox.capture_difference(row_to_json(old), row_to_json(new)); end if;' end,
    E'\n          v_data := concat(', outbox.capture_head(p_watch), ', ', case v_keys when 'null::text' then '''null''' else v_keys end, ', '',"record":'', ',
    case when v_whole then format('row_to_json(%s)', v_row) else outbox.capture_object(v_row, v_columns) end,
    case when v_update then ', '',"previous":{'', v_previous, ''}''' end,
    case when p_watch.enrich is not null then ', '',"enriched":'', coalesce(v_enriched, ''null'')' end,
    ', ''}'')::json;',
    E'\n          if octet_length(v_data::text) > ', v_limit, ' then ', v_thin, ' end if;',
    E'\n        end if;');
end
$$;
comment on function outbox.capture_payload(outbox.watches) is
  'Source of the statements that make the data of an event from the row. Used to compile capture functions.';
