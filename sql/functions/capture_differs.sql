create or replace function outbox.capture_differs(p_old record, p_new record)
returns boolean language plpgsql stable as $$
declare
  v_differs boolean;
begin
  -- Not cached: the next call may bring rows of another table.
  execute 'select $1 *<> $2' into v_differs using p_old, p_new;
  return v_differs;
exception
  when others then
    return true;
end
$$;
comment on function outbox.capture_differs(record, record) is
  'Whether two rows differ; true where that cannot be told. Called by capture functions when their table has changed since they were compiled.';
