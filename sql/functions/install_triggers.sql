create or replace function outbox.install_triggers(p_relation regclass, p_function regprocedure)
returns void language plpgsql set lock_timeout = '100ms' as $$
begin
  if exists (select from pg_trigger as t where t.tgrelid = p_relation and t.tgname = 'outbox_capture' and not t.tgisinternal) then
    return;
  end if;
  -- The application's writes queue behind a waiting lock, so each wait is short and they run in between.
  for v_attempt in 1..8 loop
    begin
      execute format('create trigger outbox_capture after insert or update or delete on %s for each row execute function %s',
                     p_relation, p_function);
      execute format('create trigger outbox_capture_truncate after truncate on %s for each statement execute function %s',
                     p_relation, p_function);
      return;
    exception
      when lock_not_available then perform pg_sleep(0.2);
    end;
  end loop;
  raise exception 'argument "relation" is %, which is busy: its triggers could not be installed within 2 s', p_relation
    using errcode = 'OB003',
          hint = 'Nothing was changed. The first watch of a table needs a moment without long transactions on it; try again. Later watches of the same table take no lock.';
end
$$;
comment on function outbox.install_triggers(regclass, regprocedure) is
  'Installs the two triggers of a watched table, once, as its owner. Gives up after 2 s; the application''s writes never queue behind it for longer than 0.1 s.';
