create or replace function outbox.watch(
  relation regclass, event_type text, operation text, condition text default null,
  columns text[] default null, except_columns text[] default null, key_columns text[] default null,
  ignore_columns text[] default null, tenant_column text default null, enrich text default null, coalesce_for interval default null)
returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_watch outbox.watches := outbox.watch_of(relation, event_type, operation, condition, columns, except_columns,
                                            key_columns, ignore_columns, tenant_column, enrich, coalesce_for);
begin
  perform outbox.check_watch(v_watch);
  perform outbox.install_triggers(relation, outbox.store_watch(v_watch));
  return event_type;
end
$$;
comment on function outbox.watch(regclass, text, text, text, text[], text[], text[], text[], text, text, interval) is
  'Makes an event of each insert, update, delete or truncate of a table for which the condition is true. With coalesce_for, the updates of one key within that time of the first become one event. A second call with the same table, type and operation replaces the rule. Conditions and enrich run with the rights of the owner of the schema outbox. Returns the event type. Raises OB001 for a value that does not fit, OB002 for a missing table, OB003 when the table is too busy to install its triggers, OB004 for somebody else''s table, or an expression that reads what that owner may not.';
