create or replace function outbox.watch(
  relation regclass, event_type text, operation text, condition text default null,
  columns text[] default null, except_columns text[] default null, key_columns text[] default null,
  ignore_columns text[] default null, tenant_column text default null, enrich text default null, coalesce_for interval default null)
returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_watch outbox.watches;
begin
  perform outbox.check_relation(relation);
  perform outbox.check_event_type('event_type', event_type);
  if operation is null or operation not in ('insert', 'update', 'delete', 'truncate') then
    raise exception 'argument "operation" is %, which is no operation', coalesce(quote_literal(operation), 'null')
      using errcode = 'OB001', hint = 'It is one of insert, update, delete, truncate.';
  end if;
  perform outbox.check_lists(operation, columns, except_columns, key_columns, ignore_columns, tenant_column);
  perform outbox.check_coalescing(relation, operation, key_columns, coalesce_for);
  perform outbox.check_columns(relation, 'columns', columns);
  perform outbox.check_columns(relation, 'except_columns', except_columns);
  perform outbox.check_columns(relation, 'key_columns', key_columns);
  perform outbox.check_columns(relation, 'ignore_columns', ignore_columns);
  perform outbox.check_columns(relation, 'tenant_column', case when tenant_column is not null then array[tenant_column] end);
  perform outbox.check_expression(relation, 'condition', operation, condition, 'boolean');
  perform outbox.check_expression(relation, 'enrich', operation, '(' || enrich || E'\n)::json', 'json');

  v_watch.relation := relation; v_watch.event_type := event_type; v_watch.operation := operation;
  v_watch.condition := condition; v_watch.columns := columns; v_watch.except_columns := nullif(except_columns, '{}');
  v_watch.key_columns := nullif(key_columns, '{}'); v_watch.ignore_columns := nullif(ignore_columns, '{}');
  v_watch.tenant_column := tenant_column; v_watch.enrich := enrich; v_watch.coalesce_for := coalesce_for;
  perform outbox.install_triggers(relation, outbox.store_watch(v_watch));
  return event_type;
end
$$;
comment on function outbox.watch(regclass, text, text, text, text[], text[], text[], text[], text, text, interval) is
  'Makes an event of each insert, update, delete or truncate of a table for which the condition is true. With coalesce_for, the updates of one key within that time of the first become one event. A second call with the same table, type and operation replaces the rule. Conditions and enrich run with the rights of the owner of the schema outbox. Returns the event type. Raises OB001 for a value that does not fit, OB002 for a missing table, OB003 when the table is too busy to install its triggers, OB004 for somebody else''s table, or an expression that reads what that owner may not.';
