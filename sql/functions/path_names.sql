create or replace function outbox.path_names(p_path jsonpath, p_before text)
returns text[] language sql immutable as $$
  -- As text, a jsonpath has each name and each string in quotes, escaped as in JSON.
  select coalesce(array_agg(distinct found.parts[2]::json #>> '{}'), '{}')
  from regexp_matches(p_path::text, '(\$\.?|)("(?:[^"\\]|\\.)*")', 'g') as found (parts)
  where found.parts[1] = p_before
$$;
comment on function outbox.path_names(jsonpath, text) is
  'The names that a jsonpath uses behind $. (members of the root) or behind $ alone (variables).';
