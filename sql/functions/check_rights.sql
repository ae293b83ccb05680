create or replace function outbox.check_rights(p_row anyelement, p_argument text, p_expression text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Rights are looked at before the first row: "where false" evaluates nothing.
  execute format(E'select (\n%s\n) from (select ($1).*) as new, (select ($1).*) as old where false', p_expression) using p_row;
exception
  when insufficient_privilege then
    raise exception 'argument "%" needs a right that % does not have: %', p_argument, current_user, sqlerrm
      using errcode = 'OB004',
            hint = format('Watches are evaluated with the rights of the owner of the schema outbox. Grant it select on the table, and usage on its schema: grant select on … to %I.', current_user);
  when others then
    -- What PL/pgSQL understands and plain SQL does not has been checked before.
    null;
end
$$;
comment on function outbox.check_rights(anyelement, text, text) is
  'Raises OB004 when an expression of a watch reads something that the owner of the schema outbox, with whose rights it will be evaluated, may not read.';
