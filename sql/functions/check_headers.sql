create or replace function outbox.check_headers(p_headers json, p_stored text[])
returns void language plpgsql immutable as $$
declare
  v_header record;
  v_fault  text;
  v_hint   text := 'A header is ours to set when it names the connection, the body or its signature: '
    || 'host, content-type, user-agent, accept-encoding, webhook-*, x-hub-signature-256, proxy-* and the like.';
begin
  for v_header in
    select e.key as name, lower(e.key) as alike, json_typeof(e.value) as kind, e.value #>> '{}' as value, e.position,
           count(*) over () as total, count(*) over (partition by lower(e.key)) as namesakes
    from json_each(p_headers) with ordinality as e (key, value, position)
    order by e.position
  loop
    -- Not even a name is quoted before it is known to be one: it may be a whole line, value included.
    v_fault := case
      when v_header.total > 20 then format('has %s headers', v_header.total)
      when v_header.name !~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]{1,100}$' then format('has at place %s what is no name of a header', v_header.position)
      when v_header.namesakes > 1 then format('names %s more than once', v_header.name)
      when v_header.alike ~ '^(host|content-(type|length|encoding)|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept-encoding|user-agent|x-hub-signature(-256)?|(webhook|proxy)-.*)$'
        then format('names %s, which is not yours to set', v_header.name)
      when v_header.kind <> 'string' then format('has a value for %s that is no string', v_header.name)
      when v_header.value = '***' and not v_header.alike = any (p_stored) then format('has *** for %s, of which no value is stored', v_header.name)
      when length(v_header.value) > 2000 then format('has a value of %s characters for %s', length(v_header.value), v_header.name)
      when v_header.value !~ '^[!-~]([ -~\t]*[!-~])?$' then format('has a value for %s that no header can carry', v_header.name) end;
    if v_fault is not null then
      raise exception 'column "headers" %', v_fault using errcode = 'OB001', column = 'headers', hint = case
        when v_fault like '%not yours to set' then v_hint
        when v_fault like 'has *** %' then 'Give the value: *** keeps one that is there.'
        else 'Give at most 20 headers; names of letters, digits and - (at most 100 characters), each once; values of 1 to 2000 visible ASCII characters, with spaces or tabs only between them.' end;
    end if;
  end loop;
exception
  -- Postgres would quote the text in which it found the character.
  when untranslatable_character or invalid_text_representation then
    raise exception 'column "headers" has a character that no header can carry'
      using errcode = 'OB001', column = 'headers', hint = 'Names and values consist of visible ASCII characters, values of spaces and tabs besides.';
end
$$;
comment on function outbox.check_headers(json, text[]) is
  'Raises OB001 when headers of a webhook do not fit, without quoting a value. Second argument: the names, in lower case, of which a value is stored, so that *** may stand for it. Called by the trigger of outbox.webhooks.';
