create or replace function outbox.capture_size(p_relation regclass, p_rows text[], p_columns text[])
returns text language sql stable as $$
  -- octet_length reads the size of a long value without fetching it, so a 300 MB text costs nothing here.
  select 'greatest(' || string_agg(
    format('%s(%s.%I)',
           case when a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bytea'::regtype) then 'octet_length' else 'pg_column_size' end,
           r.name, a.attname), ', ' order by c.position, r.name) || ')'
  from unnest(p_columns) with ordinality as c (name, position)
  join pg_attribute as a on a.attrelid = p_relation and a.attname = c.name and not a.attisdropped
  cross join unnest(p_rows) as r (name)
  where a.attlen = -1
    and a.atttypid not in ('numeric'::regtype, 'inet'::regtype, 'cidr'::regtype)
    and not (a.atttypid in ('varchar'::regtype, 'bpchar'::regtype) and a.atttypmod between 0 and 260)
$$;
comment on function outbox.capture_size(regclass, text[], text[]) is
  'Source of an expression that gives the bytes of the longest value of these columns in these row variables, without reading it; columns that are always short are left out. Null: all are. Used to compile capture functions.';
