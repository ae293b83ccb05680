create or replace function outbox.capture_gate(p_relation regclass)
returns text language sql stable as $$
  -- Rows are compared as wholes, so that a column added since counts too. That reads every value, so rows with a value
  -- beyond the size cap are compared column by column. A failure means that a column is gone or renamed: then the slow way.
  select case
    when size.source is null then E'\n    if old *<> new then'
    else concat(
      E'\n    begin',
      E'\n      if ', size.source, ' > ', (select s.max_payload_bytes from outbox.settings as s), ' then',
      E'\n        v_wide := true;', outbox.capture_compare(p_relation, outbox.relation_columns(p_relation), 'v_changed'),
      E'\n      else',
      E'\n        v_changed := old *<> new;',
      E'\n      end if;',
      E'\n    exception when others or assert_failure then',
      E'\n      v_wide := false;',
      E'\n      v_changed := outbox.capture_differs(old, new);',
      E'\n    end;',
      E'\n    if v_changed then')
    end
  from (select outbox.capture_size(p_relation, '{old,new}', outbox.relation_columns(p_relation)) as source) as size
$$;
comment on function outbox.capture_gate(regclass) is
  'Source of the test whether an update changed anything, up to the "then" of its "if". Used to compile capture functions.';
