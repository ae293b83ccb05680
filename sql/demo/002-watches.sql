-- All that it takes to send webhooks for the sample application.
select outbox.watch_tickets('public.tickets', ignore_columns => '{updated_at}');
select outbox.watch_workflows('public.workflows');
select outbox.watch_workflow_steps('public.workflow_steps');
select outbox.watch_test_runs('public.test_runs');
