create or replace function outbox.check_coalescing(p_relation regclass, p_operation text, p_key_columns text[], p_coalesce_for interval)
returns void language plpgsql stable as $$
begin
  if p_coalesce_for is null then return; end if;
  if p_operation <> 'update' then
    raise exception 'argument "coalesce_for" is given for the operation %', p_operation
      using errcode = 'OB001', hint = 'Only the updates of a row can become one event.';
  end if;
  if p_coalesce_for not between '100 ms' and '1 day' then
    raise exception 'argument "coalesce_for" is %', p_coalesce_for
      using errcode = 'OB001', hint = 'Give 100 ms to 1 day.';
  end if;
  if coalesce(cardinality(p_key_columns), 0) = 0 and outbox.relation_key(p_relation) is null then
    raise exception 'argument "coalesce_for" is given for the table %, which has no primary key', outbox.relation_name(p_relation)
      using errcode = 'OB001', hint = 'Name the columns that identify a row in key_columns.';
  end if;
end
$$;
comment on function outbox.check_coalescing(regclass, text, text[], interval) is
  'Raises OB001 when coalesce_for does not fit the other arguments of outbox.watch. Null passes.';
