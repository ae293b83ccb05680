create or replace function outbox.capture_rule(p_watch outbox.watches)
returns text language sql stable as $$
  select concat(
    E'\n    -- ', p_watch.event_type,
    E'\n    v_step := ''condition''; v_fires := false;',
    E'\n    begin',
    E'\n      if ', coalesce(E'(\n' || p_watch.condition || E'\n      )', 'true'), ' then',
    E'\n        v_fires := true; v_step := ''payload'';',
    -- Rules of one table often want the same payload: it is made once a row.
    E'\n        if v_built is distinct from ', s.signature, ' then',
    E'\n          v_built := null;',
    outbox.capture_identity(p_watch),
    E'\n        end if;',
    outbox.capture_ignore(p_watch),
    E'\n        if v_fires and v_built is null then',
    outbox.capture_payload(p_watch),
    E'\n          v_built := ', s.signature, ';',
    E'\n        end if;',
    E'\n      end if;',
    E'\n    exception when others or assert_failure then',
    E'\n      v_built := null;',
    E'\n      if v_fires then v_data := ', outbox.capture_fallback(p_watch), '; end if;',
    E'\n      perform outbox.capture_failed(', quote_literal(outbox.relation_name(p_watch.relation)), ', ', quote_literal(p_watch.event_type),
    ', v_step, sqlstate, sqlerrm);',
    E'\n    end;',
    E'\n    if v_fires then',
    E'\n      insert into outbox.events (type, key, tenant, data, context)',
    E'\n      values (', quote_literal(p_watch.event_type), ', v_key, v_tenant, v_data,',
    E'\n              case when current_setting(''outbox.context'', true) <> '''' then outbox.current_context() end);',
    -- Where transactions can be prepared, a NOTIFY would make PREPARE TRANSACTION fail: the relay polls there.
    case when (select o.notify from outbox.settings as o) then
      E'\n      if current_setting(''max_prepared_transactions'') = ''0'' and pg_try_advisory_xact_lock_shared(1869968482, 1) then perform pg_notify(''outbox'', ''''); end if;' end,
    E'\n    end if;')
  from (
    select quote_literal(md5(row(p_watch.operation, p_watch.columns, p_watch.except_columns, p_watch.key_columns, p_watch.tenant_column, p_watch.enrich)::text)) as signature
  ) as s
$$;
comment on function outbox.capture_rule(outbox.watches) is
  'Source of the part of a capture function that carries out one watch. The payload is made inside a block that catches every error, the insert stands outside it: a block that writes would cost a subtransaction a row.';
