create or replace function outbox.coalesced_data(p_changes json[], p_first_at timestamptz, p_last_at timestamptz)
returns json language plpgsql immutable as $$
declare
  v_last   json := p_changes[cardinality(p_changes)];
  v_burst  text := format('{"changes":%s,"first_at":"%s","last_at":"%s"}', cardinality(p_changes),
                          to_char(p_first_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                          to_char(p_last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
  v_others text;
  v_oldest text;
begin
  -- As text, so that no digit is lost on the way.
  select string_agg(concat(to_json(m.key), ':', m.value), ',' order by m.position) into v_others
  from json_each(v_last) with ordinality as m (key, value, position)
  where m.key <> 'previous';
  select string_agg(concat(to_json(f.key), ':', f.value), ',' order by f.number, f.position) into v_oldest
  from (
    select distinct on (m.key) m.key, m.value, c.number, m.position
    from unnest(p_changes) with ordinality as c (data, number)
    cross join lateral json_each(case json_typeof(c.data -> 'previous') when 'object' then c.data -> 'previous' end) with ordinality as m (key, value, position)
    order by m.key, c.number) as f;
  return concat('{', v_others, ',"previous":{', v_oldest, '},"coalesced":', v_burst, '}')::json;
exception
  -- A row with \u0000 in a json column defies every json function: the last change, then, as it is.
  when others then return v_last;
end
$$;
comment on function outbox.coalesced_data(json[], timestamptz, timestamptz) is
  'The data of the event that a burst of changes becomes: the last new values, the first old ones (previous), and how many changes there were from when to when (coalesced).';
