create or replace function outbox.capture_object(p_row text, p_columns text[])
returns text language sql immutable as $$
  -- concat takes at most 100 arguments, so the columns are written in chunks.
  select format('concat(''{'', %s, ''}'')', coalesce(string_agg(chunk.sql, ', ' order by chunk.number), ''''''))
  from (
    select (c.position - 1) / 30 as number,
           format('concat(%s)', string_agg(
             format('%L, coalesce(to_json(%s.%I)::text, ''null'')',
                    case when c.position > 1 then ',' else '' end || to_json(c.name)::text || ':', p_row, c.name),
             ', ' order by c.position)) as sql
    from unnest(p_columns) with ordinality as c (name, position)
    group by 1) as chunk
$$;
comment on function outbox.capture_object(text, text[]) is
  'Source of an expression that gives a JSON object of these columns of the row variable (new or old), as text. Used to compile capture functions.';
