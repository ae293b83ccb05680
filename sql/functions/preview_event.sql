create or replace function outbox.preview_event(p_watch outbox.watches)
returns table (fires boolean, key text, tenant text, data json) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  -- As capture functions have it: what is written must not depend on the session.
  set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set bytea_output = 'hex'
  set extra_float_digits = 1 set xmlbinary = 'base64' set lc_monetary = 'C' set quote_all_identifiers = off
as $$
#variable_conflict use_variable
declare
  v_newest text := (select 'order by ' || string_agg(quote_ident(k.name) || ' desc', ', ' order by k.position)
                    from unnest(outbox.relation_key(p_watch.relation)) with ordinality as k (name, position));
  v_row    text := format('(select * from %s %s limit 1) as new cross join lateral (select new.*) as old', outbox.relation_name(p_watch.relation), v_newest);
begin
  -- Whoever may call this need not own the table.
  perform outbox.check_relation(p_watch.relation);
  if p_watch.operation = 'truncate' then
    execute format('select concat(%s, %L)::json', outbox.capture_head(p_watch), 'null,"record":null}') into data;
    return next;
    return;
  end if;
  begin
    execute outbox.backfill_rows(p_watch, p_watch.operation, v_row) into key, tenant, data;
    if p_watch.operation <> 'update' and p_watch.condition is not null then
      execute format(E'select (\n%s\n) from %s', p_watch.condition, v_row) into fires;
    end if;
  exception
    when others then
      raise exception 'argument "%" cannot be evaluated for the newest row: %',
          case when data is not null then 'condition' when p_watch.enrich is not null then 'enrich' else 'relation' end, sqlerrm
        using errcode = 'OB001', hint = 'A change of that row would go through all the same, and be noted in outbox.capture_failures.';
  end;
  return next;
end
$$;
comment on function outbox.preview_event(outbox.watches) is
  'The event that a rule would make of the row with the highest key, made with the rights of the schema''s owner as captured events are. Raises OB001 when an expression fails for that row, OB004 for somebody else''s table.';
