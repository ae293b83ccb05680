create or replace function outbox.filter_failure(p_filter jsonpath, p_data jsonb)
returns text language plpgsql stable as $$
begin
  if outbox.filter_matches(p_filter, p_data) then return null; end if;
  return case jsonb_path_query_first_tz(p_data, p_filter)
    when 'false' then 'is false'
    when 'null' then 'cannot be decided'
    else 'yields nothing' end;
exception
  -- What filter_matches passes over in silence.
  when others then return format('cannot be evaluated (%s)', sqlerrm);
end
$$;
comment on function outbox.filter_failure(jsonpath, jsonb) is
  'How a filter fails to let this data through: it is false, cannot be decided (a number compared with a text, say), yields nothing, or cannot be evaluated. Null: it lets it through.';
