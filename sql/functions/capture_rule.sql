create or replace function outbox.capture_rule(p_watch outbox.watches)
returns text language sql stable as $$
  select concat(
    E'\n    -- ', p_watch.event_type,
    case when o.earlier then E'\n    v_fires := false;' end,
    E'\n    begin',
    E'\n      v_fires := ', coalesce(E'(\n' || p_watch.condition || E'\n      )', 'true'), ';',
    outbox.capture_ignore(p_watch),
    E'\n      if v_fires', case when o.twin_before then ' and v_built is distinct from ' || s.signature end, ' then',
    case when o.earlier then E'\n        v_key := null; v_tenant := null; v_previous := null;' end,
    outbox.capture_identity(p_watch),
    outbox.capture_payload(p_watch),
    case when o.twin then concat(E'\n        v_built := ', s.signature, ';') end,
    E'\n      end if;',
    E'\n    exception when others or assert_failure then',
    E'\n      v_built := null;',
    E'\n      perform outbox.capture_failed(', quote_literal(outbox.relation_name(p_watch.relation)), ', ', quote_literal(p_watch.event_type),
    ', case when v_fires then ''payload'' else ''condition'' end, sqlstate, sqlerrm);',
    outbox.capture_fallback(p_watch),
    E'\n    end;',
    E'\n    if v_fires then',
    case when p_watch.coalesce_for is null then E'\n      insert into outbox.events (type, key, tenant, data, context) values ('
      else concat(E'\n      insert into outbox.coalescing_changes (watch_id, event_type, key, tenant, data, context) values (', p_watch.id, ', ') end,
    quote_literal(p_watch.event_type), ', v_key, v_tenant, v_data,',
    E'\n              case when current_setting(''outbox.context'', true) <> '''' then outbox.current_context() end);',
    -- Where transactions can be prepared, a NOTIFY would make PREPARE TRANSACTION fail: the relay polls there.
    case when p_watch.coalesce_for is null and (select o.notify from outbox.settings as o) then
      E'\n      if current_setting(''max_prepared_transactions'') = ''0'' and pg_try_advisory_xact_lock_shared(1869968482, 1) then perform pg_notify(''outbox'', ''''); end if;' end,
    E'\n    end if;')
  from (select quote_literal(outbox.capture_signature(p_watch)) as signature) as s
  cross join lateral (
    -- Rules of one table often want the same payload: it is made once a row.
    select coalesce(bool_or(w.id < p_watch.id), false) as earlier,
           coalesce(bool_or(outbox.capture_signature(w) = outbox.capture_signature(p_watch)), false) as twin,
           coalesce(bool_or(w.id < p_watch.id and outbox.capture_signature(w) = outbox.capture_signature(p_watch)), false) as twin_before
    from outbox.watches as w
    where w.relation = p_watch.relation and w.operation = p_watch.operation and w.id <> p_watch.id) as o
$$;
comment on function outbox.capture_rule(outbox.watches) is
  'Source of the part of a capture function that carries out one watch. The payload is made inside a block that catches every error, the insert stands outside it: a block that writes would cost a subtransaction a row.';
