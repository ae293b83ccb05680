create or replace function outbox.capture_changes(p_relation regclass, p_columns text[])
returns text language sql stable as $$
  -- Types whose equality is equality of bytes are compared directly; all others by image, because json has no
  -- equality at all and 1.0 = 1.00 would hide a change that a receiver sees.
  select format('concat_ws('','', %s)', coalesce(string_agg(chunk.sql, ', ' order by chunk.number), 'null::text'))
  from (
    select (c.position - 1) / 60 as number,
           format('nullif(concat_ws('','', %s), '''')', string_agg(
             format('case when %s then %L || coalesce(to_json(old.%I)::text, ''null'') end',
                    case
                      when a.atttypid in ('boolean'::regtype, 'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'uuid'::regtype,
                                          'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'bytea'::regtype)
                        or (a.atttypid in ('text'::regtype, 'varchar'::regtype) and coalesce(l.collisdeterministic, true))
                      then format('old.%1$I is distinct from new.%1$I', a.attname)
                      else format('record_image_ne(row(old.%1$I), row(new.%1$I))', a.attname)
                    end,
                    to_json(a.attname::text)::text || ':', a.attname),
             E',\n      ' order by c.position)) as sql
    from unnest(p_columns) with ordinality as c (name, position)
    join pg_attribute as a on a.attrelid = p_relation and a.attname = c.name and not a.attisdropped
    left join pg_collation as l on l.oid = a.attcollation
    group by 1) as chunk
$$;
comment on function outbox.capture_changes(regclass, text[]) is
  'Source of an expression that gives the old values of the columns that changed, as the members of a JSON object. Used to compile capture functions.';
