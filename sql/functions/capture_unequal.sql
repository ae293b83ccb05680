create or replace function outbox.capture_unequal(p_relation regclass, p_column text)
returns text language sql stable as $$
  -- Types whose equality is equality of bytes are compared directly; all others by image, because json has no
  -- equality at all and 1.0 = 1.00 would hide a change that a receiver sees.
  select format(
    case
      when a.atttypid in ('boolean'::regtype, 'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'uuid'::regtype,
                          'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'bytea'::regtype)
        or (a.atttypid in ('text'::regtype, 'varchar'::regtype) and coalesce(l.collisdeterministic, true))
      then 'old.%1$I is distinct from new.%1$I'
      else 'record_image_ne(row(old.%1$I), row(new.%1$I))'
    end, a.attname)
  from pg_attribute as a
  left join pg_collation as l on l.oid = a.attcollation
  where a.attrelid = p_relation and a.attname = p_column and not a.attisdropped
$$;
comment on function outbox.capture_unequal(regclass, text) is
  'Source of an expression that tells whether a column''s value looks different now. Used to compile capture functions.';
