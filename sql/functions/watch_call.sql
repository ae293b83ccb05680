create or replace function outbox.watch_call(p_watch outbox.watches)
returns text language sql stable as $$
  select concat(
    format('select outbox.watch(%L, %L, %L', coalesce(outbox.relation_name(p_watch.relation), p_watch.relation::oid::text),
           p_watch.event_type, p_watch.operation),
    ', condition => ' || quote_literal(p_watch.condition),
    ', columns => ' || quote_literal(p_watch.columns::text),
    ', except_columns => ' || quote_literal(p_watch.except_columns::text),
    ', key_columns => ' || quote_literal(p_watch.key_columns::text),
    ', ignore_columns => ' || quote_literal(p_watch.ignore_columns::text),
    ', tenant_column => ' || quote_literal(p_watch.tenant_column),
    ', enrich => ' || quote_literal(p_watch.enrich),
    ', coalesce_for => ' || quote_literal(p_watch.coalesce_for::text),
    ')')
$$;
comment on function outbox.watch_call(outbox.watches) is
  'The call of outbox.watch that makes this watch, with the arguments that it was given: select outbox.watch_call(w) from outbox.watches as w.';
