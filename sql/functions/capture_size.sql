create or replace function outbox.capture_size(p_relation regclass, p_row text, p_columns text[])
returns text language sql stable as $$
  -- octet_length reads the size of a long value without fetching it, so a 300 MB text costs nothing here.
  -- A chunk a term: a sum of 1,600 columns in one row of additions would nest as deep.
  select coalesce(string_agg(chunk.sql, ' + ' order by chunk.number), '0')
  from (
    select (c.position - 1) / 50 as number,
           '(' || string_agg(format('coalesce(%s(%s.%I), 0)::bigint',
             case when a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bytea'::regtype) then 'octet_length' else 'pg_column_size' end,
             p_row, a.attname), ' + ' order by c.position) || ')' as sql
    from unnest(p_columns) with ordinality as c (name, position)
    join pg_attribute as a on a.attrelid = p_relation and a.attname = c.name and not a.attisdropped
    where a.attlen = -1
      and a.atttypid not in ('numeric'::regtype, 'inet'::regtype, 'cidr'::regtype)
      and not (a.atttypid in ('varchar'::regtype, 'bpchar'::regtype) and a.atttypmod between 0 and 260)
    group by 1) as chunk
$$;
comment on function outbox.capture_size(regclass, text, text[]) is
  'Source of an expression that gives the size of these columns'' values in bytes, without reading them; columns that are always short are left out. Used to compile capture functions.';
