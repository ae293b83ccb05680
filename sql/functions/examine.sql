create or replace function outbox.examine(p_check text)
returns table (severity text, subject text, finding text, since timestamptz, mend text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query execute format('select c.severity, c.subject, c.finding, c.since, c.mend from outbox.%I() as c', p_check);
exception
  -- What cannot be examined must not hide the rest.
  when insufficient_privilege then
    return query select 'info', format('check %s', p_check), format('It was left out, because %s may not do it: %s.', current_user, sqlerrm),
                        null::timestamptz, 'Ask as the owner of the schema outbox, or as a superuser.';
  when others then
    return query select 'error', format('check %s', p_check), format('It failed, so what it looks for is unknown: %s (%s).', sqlerrm, sqlstate),
                        null::timestamptz, 'Bring functions and tables to one version: outbox migrate.';
end
$$;
comment on function outbox.examine(text) is
  'What one of the functions outbox.doctor_… finds; where that function fails, that it does. Severity: error (events are lost or not sent, or secrets are), warning (will be an error, or may be meant so), info. Since: null where it cannot be told. Mend: statements that can be run as they are, each on a line of its own, or a sentence.';
