create or replace function outbox.filter_matches(p_filter jsonpath, p_data jsonb)
returns boolean language plpgsql stable as $$
begin
  -- A predicate ($.a == 1) yields true, false or null; a path ($.a ? (@ > 1)) yields items or none. Errors while
  -- evaluating (a missing key, a number compared with a text) are silent and no match.
  return coalesce(jsonb_path_query_first_tz(p_data, p_filter, '{}', true) not in ('false', 'null'), false);
exception
  -- Not all are: a variable or a bad format for datetime() raises, and one filter must not keep all others from matching.
  when others then return false;
end
$$;
comment on function outbox.filter_matches(jsonpath, jsonb) is
  'Whether a webhook''s filter lets this data through: the first item it yields is neither missing, false nor null.';
