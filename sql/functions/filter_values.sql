create or replace function outbox.filter_values(p_filter text, p_data jsonb)
returns text language plpgsql stable as $$
declare
  v_paths text[];
  v_path  text;
  v_value text;
  v_words text[] := '{}';
begin
  -- Beginning at $, as far as keys and subscripts go: what the filter reads before it computes anything. Strings are
  -- taken first, so that a $ in one is no path; $"x" is a variable.
  v_paths := array(
    select t.found[1]
    from regexp_matches(
      p_filter,
      '"(?:\\.|[^"\\])*"|(\$(?!")(?:\."(?:\\.|[^"\\])*"|\.\*{1,2}(?:\{[^}]*\})?|\[(?:"(?:\\.|[^"\\])*"|[^]"])*\])*)',
      'g') as t (found)
    where t.found[1] is not null);
  foreach v_path in array v_paths loop
    v_value := outbox.values_text(jsonb_path_query_array(p_data, v_path::jsonpath, '{}', true));
    if v_paths <@ array[v_path] then return coalesce('(it is ' || v_value || ')', '(missing)'); end if;
    v_value := v_path || ' is ' || coalesce(v_value, 'missing');
    if v_value <> all (v_words) then v_words := v_words || v_value; end if;
  end loop;
  return '(' || nullif(array_to_string(v_words, ', '), '') || ')';
exception
  when others then return null;   -- a path that means nothing by itself
end
$$;
comment on function outbox.filter_values(text, jsonb) is
  'What the paths in a filter yield, in words: (it is "low"), (missing). Null: there are no paths in it.';
