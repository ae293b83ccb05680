create or replace function outbox.lock_at_once(p_table regclass, p_tries integer)
returns boolean language plpgsql as $$
begin
  for v_try in 1 .. p_tries loop
    begin
      execute format('lock table only %s in access exclusive mode nowait', p_table);
      return true;
    exception
      when lock_not_available then
        if v_try < p_tries then perform pg_sleep(0.01); end if;
    end;
  end loop;
  return false;
end
$$;
comment on function outbox.lock_at_once(regclass, integer) is
  'Locks a table against everybody if that can be had without waiting, in one of so many tries 10 ms apart. Waiting for it would make others queue behind us.';
