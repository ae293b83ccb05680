-- A template is valid JSON, so each {{ stands in a string, and all that is not between {{ and }} is copied as it is.
create or replace function outbox.render_template(p_template text, p_body jsonb)
returns text language plpgsql stable
  -- A path may compare times without a zone: what it yields must not depend on the session.
  set timezone = 'UTC'
as $$
declare
  v_parts  text[] := string_to_array(p_template, '{{');
  v_before text := v_parts[1];
  v_path   text;
  v_after  text;
  v_whole  boolean;
  v_value  text;
  -- No template may blow a small event up until a batch does not fit into memory: what is too long is missing.
  v_room   integer := greatest(65536, 8 * pg_column_size(p_body));
begin
  v_parts[1] := '';
  for n in 2 .. cardinality(v_parts) loop
    v_path := split_part(v_parts[n], '}}', 1);
    v_after := substr(v_parts[n], length(v_path) + 3);
    v_whole := v_before ~ '(^|[^\\])"$' and v_after ^@ '"';
    begin
      v_value := jsonb_path_query_first_tz(p_body, (('"' || v_path || '"')::jsonb #>> '{}')::jsonpath, '{}', true);
    exception when others then
      v_value := null;   -- silent mode lets some errors through
    end;
    if length(v_value) > v_room then v_value := null; end if;
    v_room := v_room - coalesce(length(v_value), 0);
    if v_whole then
      v_before := left(v_before, -1);
      v_after := substr(v_after, 2);
      v_value := coalesce(v_value, 'null');
    else
      v_value := case when v_value ^@ '"' then v_value when v_value <> 'null' then to_json(v_value)::text end;
      v_value := coalesce(substr(v_value, 2, length(v_value) - 2), '');
    end if;
    v_parts[n] := v_before || v_value;
    v_before := v_after;
  end loop;
  return array_to_string(v_parts, '') || v_before;
end
$$;
comment on function outbox.render_template(text, jsonb) is
  'Fills a body template: the {{ jsonpath }} in its strings are evaluated over the standard body. A string that is nothing but one path becomes the value (null if missing); else the value becomes part of the text (nothing if missing or null). Never raises. Null as body: everything is missing.';
