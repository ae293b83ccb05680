create or replace function outbox.conjuncts(p_predicate text)
returns text[] language plpgsql immutable parallel safe as $$
declare
  c_comma constant text := E'\x01';   -- never printed as it is in a jsonpath
  v_token text;
  -- Of the innermost open bracket: its text, its parts before the last &&, where the last part begins, the parts of that
  -- one if it is a bracket and nothing else, and whether there is a || in it.
  v_text  text := '';
  v_parts text := '';
  v_from  integer := 1;
  v_inner text;
  v_or    boolean := false;
  -- The same of the brackets around it, by depth.
  v_outer_text  text[];
  v_outer_parts text[];
  v_outer_from  integer[];
  v_outer_or    boolean[];
  v_depth       integer := 0;
begin
  -- Tokens: && and ||, brackets, and what lies between, strings and quoted keys whole.
  for v_token in
    select t.found[1] from regexp_matches(p_predicate, '(?:"(?:\\.|[^"\\])*"|[^"&|()])+|&&|\|\||[()]', 'g') as t (found)
  loop
    case v_token
      when '(' then
        v_depth := v_depth + 1;
        v_outer_text[v_depth] := v_text; v_outer_parts[v_depth] := v_parts; v_outer_from[v_depth] := v_from; v_outer_or[v_depth] := v_or;
        v_text := ''; v_parts := ''; v_from := 1; v_inner := null; v_or := false;
      when ')' then
        v_token := '(' || v_text || ')';
        -- && binds closer than ||: a && b || c can hold without b.
        v_inner := case when v_or then v_text else v_parts || coalesce(v_inner, btrim(substr(v_text, v_from))) end;
        v_text := v_outer_text[v_depth]; v_parts := v_outer_parts[v_depth]; v_from := v_outer_from[v_depth]; v_or := v_outer_or[v_depth];
        v_depth := v_depth - 1;
        if btrim(substr(v_text, v_from)) <> '' then v_inner := null; end if;   -- such as !( … )
        v_text := v_text || v_token;
      when '&&' then
        v_parts := v_parts || coalesce(v_inner, btrim(substr(v_text, v_from))) || c_comma;
        v_text := v_text || v_token; v_from := length(v_text) + 1; v_inner := null;
      else
        if v_token = '||' then v_or := true; end if;
        if btrim(v_token) <> '' then v_inner := null; end if;   -- such as ( … ) is unknown
        v_text := v_text || v_token;
    end case;
  end loop;
  if v_or then return array[p_predicate]; end if;
  return string_to_array(v_parts || coalesce(v_inner, btrim(substr(v_text, v_from))), c_comma);
end
$$;
comment on function outbox.conjuncts(text) is
  'The parts of a predicate, in the text that jsonpath prints, that all have to be true: split at && outside quotes, and inside brackets that hold nothing but such parts.';
