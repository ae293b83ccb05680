create or replace function outbox.watch_test_runs(
  relation regclass, status_column text default 'status', completed text[] default '{completed,passed,failed,errored,cancelled}')
returns text[] language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform outbox.check_relation(relation);
  return array[
    outbox.watch(relation, 'test.run_created', 'insert'),
    outbox.watch_status(relation, 'test.run_completed', 'completed', status_column, completed)];
end
$$;
comment on function outbox.watch_test_runs(regclass, text, text[]) is
  'Watches a table of test runs: test.run_created, and test.run_completed when the status enters one of those listed. Returns the event types; raises what outbox.watch raises.';
