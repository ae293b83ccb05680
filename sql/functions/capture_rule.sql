create or replace function outbox.capture_rule(p_watch outbox.watches)
returns text language sql stable as $$
  select concat(
    E'\n    -- ', p_watch.event_type,
    E'\n    v_step := ''condition''; v_fires := false;',
    E'\n    begin',
    -- Whole rows are compared, with the ignored columns levelled: a column that this function does not know yet counts.
    case when p_watch.ignore_columns is not null then concat(
      E'\n      v_rest := new;',
      (select string_agg(format(E'\n      v_rest.%1$I := old.%1$I;', i.name), '') from unnest(p_watch.ignore_columns) as i (name)),
      E'\n      if old *<> v_rest then') end,
    E'\n      if ', coalesce(E'(\n' || p_watch.condition || E'\n      )', 'true'), ' then',
    E'\n        v_fires := true; v_step := ''payload'';',
    -- Rules of one table often want the same payload: it is made once a row.
    E'\n        if v_built is distinct from ', quote_literal(s.signature), ' then',
    outbox.capture_payload(p_watch),
    E'\n          v_built := ', quote_literal(s.signature), ';',
    E'\n        end if;',
    E'\n      end if;',
    case when p_watch.ignore_columns is not null then E'\n      end if;' end,
    E'\n    exception when others then',
    E'\n      v_built := null;',
    E'\n      if v_fires then v_data := outbox.capture_thin(', outbox.capture_head(p_watch), ', v_keys, ''capture_failed''); end if;',
    E'\n      perform outbox.capture_failed(', quote_literal(outbox.relation_name(p_watch.relation)), ', ', quote_literal(p_watch.event_type),
    ', v_step, sqlstate, sqlerrm);',
    E'\n    end;',
    E'\n    if v_fires then',
    E'\n      insert into outbox.events (type, key, tenant, data, context)',
    E'\n      values (', quote_literal(p_watch.event_type), ', v_key, v_tenant, v_data,',
    E'\n              case when current_setting(''outbox.context'', true) <> '''' then outbox.current_context() end);',
    case when (select o.notify from outbox.settings as o) then
      E'\n      if pg_try_advisory_xact_lock_shared(1869968482, 1) then perform pg_notify(''outbox'', ''''); end if;' end,
    E'\n    end if;')
  from (select md5(row(p_watch.operation, p_watch.columns, p_watch.except_columns, p_watch.key_columns, p_watch.tenant_column, p_watch.enrich)::text) as signature) as s
$$;
comment on function outbox.capture_rule(outbox.watches) is
  'Source of the part of a capture function that carries out one watch. The payload is made inside a block that catches every error, the insert stands outside it: a block that writes would cost a subtransaction a row.';
