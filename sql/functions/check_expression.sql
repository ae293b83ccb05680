create or replace function outbox.check_expression(p_relation regclass, p_argument text, p_operation text, p_expression text, p_type regtype)
returns void language plpgsql set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
  v_rows    text := case p_operation when 'insert' then '{new}' when 'delete' then '{old}' when 'update' then '{new,old}' end;
  v_virtual text := (select a.attname from pg_attribute as a
                     where a.attrelid = p_relation and a.attgenerated = 'v' and not a.attisdropped
                       and p_expression ~* ('(new|old)\s*\.\s*"?' || regexp_replace(a.attname, '(\W)', '\\\1', 'g') || '\M') limit 1);
  v_type    text;
begin
  if p_expression is null then return; end if;
  if v_rows is null then
    raise exception 'argument "%" cannot be used with the operation %, which has no rows', p_argument, p_operation
      using errcode = 'OB001', hint = 'Leave it out.';
  end if;
  if v_virtual is not null then
    raise exception 'argument "%" reads the column %, which is computed only when it is selected', p_argument, quote_ident(v_virtual)
      using errcode = 'OB001', hint = 'Write what it is generated from.';
  end if;
  -- Planned as the capture function will, with row variables and its search_path, but "where false" evaluates nothing.
  execute format(E'do %L', format(
    E'#variable_conflict use_column\ndeclare %s begin perform set_config(''outbox.expression_type'', pg_typeof((select (\n%s\n) where false))::text, true); end',
    (select string_agg(format('%I %s;', r.name, outbox.relation_name(p_relation)), ' ') from unnest(v_rows::text[]) as r (name)), p_expression));
  v_type := current_setting('outbox.expression_type');
  if v_type <> p_type::text then
    raise exception 'argument "%" gives %, not %', p_argument, v_type, p_type
      using errcode = 'OB001',
            hint = case p_type when 'boolean'::regtype then 'Write a condition, such as new.status = ''closed''.'
                               else 'Give one value, such as (select json_build_object(…)).' end;
  end if;
  execute format('select outbox.check_rights(null::%s, $1, $2)', outbox.relation_name(p_relation)) using p_argument, p_expression;
exception
  when sqlstate 'OB001' or sqlstate 'OB004' then
    raise;
  when others then
    raise exception 'argument "%" cannot be evaluated: %', p_argument, sqlerrm
      using errcode = 'OB001',
            hint = format('Write SQL over %s of the table %s, each column with its new. or old.; qualify the names of other tables and of your own functions with their schema.',
                          case p_operation when 'insert' then 'new.*' when 'delete' then 'old.*' else 'new.* and old.*' end,
                          outbox.relation_name(p_relation));
end
$$;
comment on function outbox.check_expression(regclass, text, text, text, regtype) is
  'Raises OB001 when an SQL expression over new.* and old.* does not fit the table or gives another type, OB004 when it reads what the owner of the schema may not. Null passes. Evaluates nothing and reads nothing from the table.';
