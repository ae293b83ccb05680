create or replace function outbox.watch_workflows(
  relation regclass, status_column text default 'status',
  started text[] default '{started,running,in_progress}', completed text[] default '{completed,succeeded,failed,cancelled}')
returns text[] language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return array[
    outbox.watch_status(relation, 'workflow.started', 'started', status_column, started),
    outbox.watch_status(relation, 'workflow.completed', 'completed', status_column, completed)];
end
$$;
comment on function outbox.watch_workflows(regclass, text, text[], text[]) is
  'Watches a table of workflows: workflow.started and workflow.completed, when the status enters one of those listed. Returns the event types; raises what outbox.watch raises.';
