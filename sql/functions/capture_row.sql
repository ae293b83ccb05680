create or replace function outbox.capture_row(p_head text, p_keys text, p_row record, p_old record, p_limit integer)
returns json language plpgsql stable as $$
declare
  v_row  json;
  v_old  json;
  v_data json;
begin
  -- Not cached: the next call may bring rows of another table.
  execute 'select row_to_json($1), row_to_json($2)' into v_row, v_old using p_row, p_old;
  v_data := concat(p_head, coalesce(p_keys, 'null'), ',"record":', v_row, ',"previous":{' || outbox.capture_difference(v_old, v_row) || '}', '}')::json;
  return case when octet_length(v_data::text) <= p_limit then v_data else outbox.capture_thin(p_head, p_keys, 'too_large') end;
exception
  when others then
    return outbox.capture_thin(p_head, p_keys, 'capture_failed');
end
$$;
comment on function outbox.capture_row(text, text, record, record, integer) is
  'The data of an event made without knowing the columns; p_old is null except for an update. Called by capture functions when their table has changed since they were compiled.';
