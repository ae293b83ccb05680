create or replace function outbox.check_columns(p_relation regclass, p_argument text, p_columns text[])
returns void language plpgsql stable as $$
declare
  v_unknown text;
begin
  select c.name into v_unknown
  from unnest(p_columns) as c (name)
  where c.name is null or c.name <> all (outbox.relation_columns(p_relation))
  limit 1;
  if found then
    raise exception 'argument "%" names the column %, which the table % does not have', p_argument, coalesce(quote_ident(v_unknown), 'null'), outbox.relation_name(p_relation)
      using errcode = 'OB001',
            hint = 'Its columns are: ' || array_to_string(outbox.relation_columns(p_relation), ', ') || '.';
  end if;
end
$$;
comment on function outbox.check_columns(regclass, text, text[]) is
  'Raises OB001 when one of the columns does not exist in the table. Null and empty lists pass.';
