create or replace function outbox.check_lists(
  p_operation text, p_columns text[], p_except_columns text[], p_key_columns text[], p_ignore_columns text[], p_tenant_column text)
returns void language plpgsql immutable as $$
declare
  v_rowless text := case when p_operation = 'truncate' then case
    when p_columns is not null then 'columns'
    when p_except_columns is not null then 'except_columns'
    when p_key_columns is not null then 'key_columns'
    when p_tenant_column is not null then 'tenant_column' end end;
  v_hidden  text := (select k.name from unnest(p_key_columns) as k (name) where k.name = any (p_except_columns) limit 1);
begin
  if p_columns is not null and p_except_columns is not null then
    raise exception 'arguments "columns" and "except_columns" are both given'
      using errcode = 'OB001', hint = 'Name either the columns that may be sent or those that may not.';
  end if;
  if p_columns = '{}' then
    raise exception 'argument "columns" is empty'
      using errcode = 'OB001', hint = 'Leave it out (null) to send all columns.';
  end if;
  if p_ignore_columns is not null and p_operation <> 'update' then
    raise exception 'argument "ignore_columns" is given for the operation %', p_operation
      using errcode = 'OB001', hint = 'Only an update can have changes to ignore.';
  end if;
  if v_rowless is not null then
    raise exception 'argument "%" is given for the operation truncate, which has no rows', v_rowless
      using errcode = 'OB001', hint = 'Leave it out.';
  end if;
  if v_hidden is not null then
    raise exception 'argument "key_columns" names the column %, which "except_columns" keeps out', quote_ident(v_hidden)
      using errcode = 'OB001', hint = 'The key is sent: choose other columns for it.';
  end if;
end
$$;
comment on function outbox.check_lists(text, text[], text[], text[], text[], text) is
  'Raises OB001 when the lists of columns given to outbox.watch contradict each other or the operation.';
