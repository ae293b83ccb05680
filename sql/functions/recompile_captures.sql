create or replace function outbox.recompile_captures()
returns setof regclass language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_relation regclass;
begin
  -- Somebody else is compiling; the next run sees what they left.
  if not pg_try_advisory_xact_lock(1869968482, 4) then return; end if;
  for v_relation in
    select s.relation from outbox.stale_captures() as s
  loop
    begin
      perform outbox.compile_capture(v_relation);
    exception
      when others then
        -- One table that cannot be compiled must not keep the others from it.
        raise warning 'the capture function of % could not be compiled: %', v_relation, sqlerrm;
        continue;
    end;
    return next v_relation;
  end loop;
end
$$;
comment on function outbox.recompile_captures() is
  'Compiles the capture functions of tables that have changed since (a column added, renamed or dropped), or whose settings have. Takes no lock on the tables. Returns them.';
