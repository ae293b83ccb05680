create or replace function outbox.doctor_copy()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language plpgsql stable as $$
declare
  v_hint text;
begin
  perform outbox.check_identity(c) from outbox.event_cursor as c;
exception
  when sqlstate 'OB005' then
    get stacked diagnostics v_hint = pg_exception_hint;
    return query select 'error', 'database ' || quote_ident(current_database()), concat(upper(left(sqlerrm, 1)), substr(sqlerrm, 2), '. ', v_hint),
                        null::timestamptz, 'select * from outbox.adopt(''hold'')';
end
$$;
comment on function outbox.doctor_copy() is
  'Finds that the database is a copy that has not been adopted.';
