create or replace function outbox.watch_tickets(relation regclass, status_column text default 'status', ignore_columns text[] default null)
returns text[] language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
begin
  perform outbox.check_relation(relation);
  perform outbox.check_columns(relation, 'status_column', array[status_column]);
  return array[
    outbox.watch(relation, 'ticket.created', 'insert'),
    outbox.watch(relation, 'ticket.updated', 'update', ignore_columns => ignore_columns),
    outbox.watch(relation, 'ticket.status_changed', 'update',
                 condition => format('old.%1$I is distinct from new.%1$I', status_column))];
end
$$;
comment on function outbox.watch_tickets(regclass, text, text[]) is
  'Watches a table of tickets: ticket.created, ticket.updated, ticket.status_changed. A change of status is an update too, so both are sent. Returns the event types; raises what outbox.watch raises.';
