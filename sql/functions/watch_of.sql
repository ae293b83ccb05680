create or replace function outbox.watch_of(
  p_relation regclass, p_event_type text, p_operation text, p_condition text, p_columns text[], p_except_columns text[],
  p_key_columns text[], p_ignore_columns text[], p_tenant_column text, p_enrich text, p_coalesce_for interval)
returns outbox.watches language plpgsql stable as $$
declare
  v_watch outbox.watches;
begin
  v_watch.relation := p_relation; v_watch.event_type := p_event_type; v_watch.operation := p_operation;
  v_watch.condition := p_condition; v_watch.columns := p_columns; v_watch.except_columns := nullif(p_except_columns, '{}');
  v_watch.key_columns := nullif(p_key_columns, '{}'); v_watch.ignore_columns := nullif(p_ignore_columns, '{}');
  v_watch.tenant_column := p_tenant_column; v_watch.enrich := p_enrich; v_watch.coalesce_for := p_coalesce_for;
  return v_watch;
end
$$;
comment on function outbox.watch_of(regclass, text, text, text, text[], text[], text[], text[], text, text, interval) is
  'The rule that these arguments of outbox.watch describe; it is neither checked nor stored.';
