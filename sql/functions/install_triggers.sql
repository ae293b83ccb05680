create or replace function outbox.install_triggers(p_relation regclass, p_function regprocedure)
returns void language plpgsql set lock_timeout = '100ms' as $$
declare
  v_trigger text;
  v_when    text;
begin
  -- The application's writes queue behind a waiting lock, so each wait is short and they run in between.
  for v_attempt in 1..8 loop
    begin
      for v_trigger, v_when in
        select t.name, t.fires
        from (values ('outbox_capture', 'insert or update or delete on %s for each row'),
                     ('outbox_capture_truncate', 'truncate on %s for each statement')) as t (name, fires)
        where not exists (select from pg_trigger as g where g.tgrelid = p_relation and g.tgname = t.name and not g.tgisinternal)
      loop
        execute format('create trigger %I after ' || v_when || ' execute function %s', v_trigger, p_relation, p_function);
      end loop;
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
  'Installs the two triggers of a watched table where they are missing, as the table''s owner. Gives up after 2 s; the application''s writes never queue behind it for longer than 0.1 s.';
