create or replace function outbox.store_watch(p_watch outbox.watches)
returns regprocedure language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Whoever may call this need not own the table.
  perform outbox.check_relation(p_watch.relation);
  -- Two rules of one table at once would each compile without the other's.
  perform pg_advisory_xact_lock(1869968482, 4);
  insert into outbox.watches as w
    (relation, event_type, operation, condition, columns, except_columns, key_columns, ignore_columns, tenant_column, enrich, coalesce_for)
  values (p_watch.relation, p_watch.event_type, p_watch.operation, p_watch.condition, p_watch.columns, p_watch.except_columns,
          p_watch.key_columns, p_watch.ignore_columns, p_watch.tenant_column, p_watch.enrich, p_watch.coalesce_for)
  on conflict on constraint watches_rule_once do update set
    condition = excluded.condition, columns = excluded.columns, except_columns = excluded.except_columns,
    key_columns = excluded.key_columns, ignore_columns = excluded.ignore_columns,
    tenant_column = excluded.tenant_column, enrich = excluded.enrich, coalesce_for = excluded.coalesce_for;
  insert into outbox.event_types (type, source, description)
  values (p_watch.event_type, 'watch', format('%s of %s.', initcap(p_watch.operation), outbox.relation_name(p_watch.relation)))
  on conflict do nothing;
  return outbox.compile_capture(p_watch.relation);
end
$$;
comment on function outbox.store_watch(outbox.watches) is
  'Stores a rule that outbox.watch has checked, and compiles the capture function of its table, with the rights of the schema''s owner. Returns the function. Raises OB004 for somebody else''s table.';
