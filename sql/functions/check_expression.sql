create or replace function outbox.check_expression(p_relation regclass, p_argument text, p_operation text, p_expression text, p_type regtype)
returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_rows text := case p_operation
    when 'insert' then format('%s as new', outbox.relation_name(p_relation))
    when 'delete' then format('%s as old', outbox.relation_name(p_relation))
    when 'update' then format('%1$s as new, %1$s as old', outbox.relation_name(p_relation))
  end;
  v_type regtype;
begin
  if p_expression is null then return; end if;
  if v_rows is null then
    raise exception 'argument "%" cannot be used with the operation %, which has no rows', p_argument, p_operation
      using errcode = 'OB001', hint = 'Leave it out.';
  end if;
  -- Planned with the capture function's search_path; "where false" keeps the table unread.
  execute format(E'select pg_typeof(x.value) from (values (1)) as one left join (select (\n%s\n) as value from %s where false) as x on true',
                 p_expression, v_rows)
    into v_type;
  if v_type <> p_type then
    raise exception 'argument "%" gives %, not %', p_argument, v_type, p_type
      using errcode = 'OB001',
            hint = case p_type when 'boolean'::regtype then 'Write a condition, such as new.status = ''closed''.'
                               else 'Give one value, such as (select json_build_object(…)).' end;
  end if;
exception
  when sqlstate 'OB001' then
    raise;
  when sqlstate '42000' or sqlstate '22000' or sqlstate '0A000' then
    raise exception 'argument "%" cannot be evaluated: %', p_argument, sqlerrm
      using errcode = 'OB001',
            hint = format('Write SQL over %s of the table %s; qualify the names of other tables and of your own functions with their schema.',
                          case p_operation when 'insert' then 'new.*' when 'delete' then 'old.*' else 'new.* and old.*' end,
                          outbox.relation_name(p_relation));
end
$$;
comment on function outbox.check_expression(regclass, text, text, text, regtype) is
  'Raises OB001 when an SQL expression over new.* and old.* does not fit the table or gives another type. Null passes. Reads nothing from the table.';
