create or replace function outbox.unwatch(relation regclass, event_type text default null)
returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_removed integer;
begin
  if outbox.relation_name(relation) is not null then perform outbox.check_relation(relation); end if;
  perform pg_advisory_xact_lock(1869968482, 4);
  delete from outbox.watches as w
  where w.relation = relation and (event_type is null or w.event_type = event_type);
  get diagnostics v_removed = row_count;
  if v_removed = 0 then
    raise exception 'arguments "relation" and "event_type" are % and %, for which there is no watch',
        coalesce(outbox.relation_name(relation), relation::text, 'null'), coalesce(quote_literal(event_type), 'null')
      using errcode = 'OB002', hint = 'See: select relation, event_type, operation from outbox.watches.';
  end if;
  -- The triggers stay: dropping them would take a lock that stops the application's writes. Without rules they do nothing.
  if outbox.relation_name(relation) is not null then perform outbox.compile_capture(relation); end if;
  return v_removed;
end
$$;
comment on function outbox.unwatch(regclass, text) is
  'Removes the watches of a table, or those that make one event type. Takes no lock on the table. Returns how many were removed; raises OB002 when there was none, OB004 for somebody else''s table.';
