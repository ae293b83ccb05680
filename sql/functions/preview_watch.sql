create or replace function outbox.preview_watch(
  relation regclass, event_type text, operation text, condition text default null,
  columns text[] default null, except_columns text[] default null, key_columns text[] default null,
  ignore_columns text[] default null, tenant_column text default null, enrich text default null, coalesce_for interval default null)
returns table (statement text, fires boolean, key text, tenant text, data json) language plpgsql
  set search_path = pg_catalog, pg_temp set lock_timeout = '200ms'
as $$
#variable_conflict use_variable
declare
  v_watch outbox.watches := outbox.watch_of(relation, event_type, operation, condition, columns, except_columns,
                                            key_columns, ignore_columns, tenant_column, enrich, coalesce_for);
begin
  perform outbox.check_relation(relation);
  -- Before anything else waits for it, and takes the wait for a fault of an expression.
  execute format('lock table only %s in access share mode', outbox.relation_name(relation));
  perform outbox.check_watch(v_watch);
  statement := outbox.watch_call(v_watch);
  select p.fires, p.key, p.tenant, p.data into fires, key, tenant, data from outbox.preview_event(v_watch) as p;
  return next;
end
$$;
comment on function outbox.preview_watch(regclass, text, text, text, text[], text[], text[], text[], text, text, interval) is
  'What outbox.watch with the same arguments would make of the row with the highest key, and the call; changes nothing, and waits 0.2 s at most for a lock on the table. Of an update, previous is missing: it depends on the change. fires: whether the condition is true for the row; null for an update, without a condition, and without a row. Raises what outbox.watch raises.';
