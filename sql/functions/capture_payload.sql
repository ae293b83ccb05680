create or replace function outbox.capture_payload(p_watch outbox.watches)
returns text language plpgsql stable as $$
declare
  v_row     text := case p_watch.operation when 'delete' then 'old' else 'new' end;
  v_update  boolean := p_watch.operation = 'update';
  v_columns text[] := outbox.capture_columns(p_watch);
  v_whole   boolean := outbox.capture_whole(p_watch);
  v_limit   integer := (select s.max_payload_bytes from outbox.settings as s);
  v_gone    text := (select c.name from unnest(p_watch.except_columns) as c (name)
                     where not exists (select from pg_attribute as a where a.attrelid = p_watch.relation and a.attname = c.name) limit 1);
begin
  if p_watch.operation = 'truncate' then
    return concat(E'\n          v_data := concat(', outbox.capture_head(p_watch), ', ''null,"record":null}'')::json;');
  end if;
  if v_gone is not null then
    -- Renamed or dropped? Under a new name it would be sent, so nothing is until somebody says.
    return concat(E'\n          raise exception ''except_columns names the column %, which the table no longer has: call outbox.watch again'', ', quote_literal(quote_ident(v_gone)), ';');
  end if;
  return concat(
    outbox.capture_enrich(p_watch),
    E'\n          v_large := ',
    case when v_update and v_whole then 'v_wide' else concat(
      outbox.capture_size(p_watch.relation, v_row, v_columns),
      case when v_update then ' + ' || outbox.capture_size(p_watch.relation, 'old', v_columns) end, ' > ', v_limit * case when v_update then 2 else 1 end) end, ';',
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
  'Source of the statements that make the data of an event from the row. Used to compile capture functions.';
