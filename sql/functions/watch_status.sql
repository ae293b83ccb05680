create or replace function outbox.watch_status(p_relation regclass, p_event_type text, p_argument text, p_status_column text, p_statuses text[])
returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform outbox.check_relation(p_relation);
  perform outbox.check_columns(p_relation, 'status_column', array[p_status_column]);
  if p_statuses is null or cardinality(p_statuses) = 0 or array_position(p_statuses, null) is not null then
    raise exception 'argument "%" is empty or holds a null', p_argument
      using errcode = 'OB001', hint = 'List the statuses, such as array[''completed''].';
  end if;
  -- A row may be inserted with the status already set, so both operations are watched.
  perform outbox.watch(p_relation, p_event_type, 'insert', condition => outbox.entered_status('insert', p_status_column, p_statuses));
  return outbox.watch(p_relation, p_event_type, 'update', condition => outbox.entered_status('update', p_status_column, p_statuses));
end
$$;
comment on function outbox.watch_status(regclass, text, text, text, text[]) is
  'Makes an event whenever a row of the table enters one of the statuses, by insert or update. Used by the presets. Returns the event type.';
