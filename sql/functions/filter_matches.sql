create or replace function outbox.filter_matches(p_filter jsonpath, p_data jsonb)
returns boolean language sql stable parallel safe as $$
  -- A predicate ($.a == 1) yields true, false or null; a path ($.a ? (@ > 1)) yields items or none. Errors while
  -- evaluating (a missing key, a number compared with a text) are silent and no match.
  select coalesce(jsonb_path_query_first_tz(p_data, p_filter, '{}', true) not in ('false', 'null'), false)
$$;
comment on function outbox.filter_matches(jsonpath, jsonb) is
  'Whether a webhook''s filter lets this data through: the first item it yields is neither missing, false nor null.';
