create or replace function outbox.watch_workflow_steps(
  relation regclass, status_column text default 'status', completed text[] default '{completed,succeeded,failed,skipped}')
returns text[] language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return array[outbox.watch_status(relation, 'workflow.step_completed', 'completed', status_column, completed)];
end
$$;
comment on function outbox.watch_workflow_steps(regclass, text, text[]) is
  'Watches a table of workflow steps: workflow.step_completed, when the status enters one of those listed. Returns the event types; raises what outbox.watch raises.';
