create or replace function outbox.check_watch(p_watch outbox.watches)
returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant text[] := case when p_watch.tenant_column is not null then array[p_watch.tenant_column] end;
begin
  perform outbox.check_relation(p_watch.relation);
  perform outbox.check_event_type('event_type', p_watch.event_type);
  if p_watch.operation is null or p_watch.operation not in ('insert', 'update', 'delete', 'truncate') then
    raise exception 'argument "operation" is %, which is no operation', coalesce(quote_literal(p_watch.operation), 'null')
      using errcode = 'OB001', hint = 'It is one of insert, update, delete, truncate.';
  end if;
  perform outbox.check_lists(p_watch.operation, p_watch.columns, p_watch.except_columns, p_watch.key_columns, p_watch.ignore_columns, p_watch.tenant_column);
  perform outbox.check_coalescing(p_watch.relation, p_watch.operation, p_watch.key_columns, p_watch.coalesce_for);
  perform outbox.check_columns(p_watch.relation, 'columns', p_watch.columns);
  perform outbox.check_columns(p_watch.relation, 'except_columns', p_watch.except_columns);
  perform outbox.check_columns(p_watch.relation, 'key_columns', p_watch.key_columns);
  perform outbox.check_columns(p_watch.relation, 'ignore_columns', p_watch.ignore_columns);
  perform outbox.check_columns(p_watch.relation, 'tenant_column', v_tenant);
  perform outbox.check_expression(p_watch.relation, 'condition', p_watch.operation, p_watch.condition, 'boolean');
  perform outbox.check_expression(p_watch.relation, 'enrich', p_watch.operation, '(' || p_watch.enrich || E'\n)::json', 'json');
end
$$;
comment on function outbox.check_watch(outbox.watches) is
  'Raises what outbox.watch raises for a rule that does not fit its table. Changes nothing.';
