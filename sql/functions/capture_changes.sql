create or replace function outbox.capture_changes(p_relation regclass, p_columns text[])
returns text language sql stable as $$
  -- concat_ws takes at most 100 arguments, so the columns are written in chunks.
  select format('concat_ws('','', %s)', coalesce(string_agg(chunk.sql, ', ' order by chunk.number), 'null::text'))
  from (
    select (c.position - 1) / 60 as number,
           format('nullif(concat_ws('','', %s), '''')', string_agg(
             format('case when %s then %L || coalesce(to_json(old.%I)::text, ''null'') end',
                    outbox.capture_unequal(p_relation, c.name), to_json(c.name)::text || ':', c.name),
             E',\n      ' order by c.position)) as sql
    from unnest(p_columns) with ordinality as c (name, position)
    group by 1) as chunk
$$;
comment on function outbox.capture_changes(regclass, text[]) is
  'Source of an expression that gives the old values of the columns that changed, as the members of a JSON object. Used to compile capture functions.';
