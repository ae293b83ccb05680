create or replace function outbox.check_template_paths(p_template text)
returns void language plpgsql stable as $$
declare
  v_string text;
  v_is_key boolean;
  v_part   text;
  v_count  integer := 0;
begin
  for v_string, v_is_key in
    select s.parts[1], s.parts[2] is not null
    from regexp_matches(p_template, '("(?:[^"\\]|\\.)*")(\s*:)?', 'g') as s (parts)
    where strpos(s.parts[1], '{{') > 0
  loop
    if v_is_key then
      raise exception 'column "body_template" has {{ in the key %', left(v_string, 200)
        using errcode = 'OB001', column = 'body_template', hint = 'Keys are sent as they are. Write \u007b for a brace that means itself.';
    end if;
    foreach v_part in array (string_to_array(v_string, '{{'))[2:] loop
      if strpos(v_part, '}}') = 0 then
        raise exception 'column "body_template" has {{ without }} in the string %', left(v_string, 200)
          using errcode = 'OB001', column = 'body_template', hint = 'Close the path with }}. Write \u007b for a brace that means itself.';
      end if;
      v_count := v_count + 1;
      perform outbox.check_template_path(split_part(v_part, '}}', 1));
    end loop;
  end loop;
  if v_count > 100 then
    raise exception 'column "body_template" has % paths', v_count
      using errcode = 'OB001', column = 'body_template', hint = 'A template has at most 100. One that yields an object or an array sends all of it.';
  end if;
end
$$;
comment on function outbox.check_template_paths(text) is
  'Raises OB001 when what stands between {{ and }} in a body template, which is valid JSON, does not fit.';
