create or replace function outbox.capture_source(p_relation regclass)
returns text language sql stable as $$
  select concat(
    E'\ndeclare',
    E'\n  v_step text; v_fires boolean; v_built text; v_large boolean; v_key text; v_keys text := ''null''; v_tenant text;',
    E'\n  v_previous text; v_enriched text; v_data json; v_rest record;',
    E'\nbegin',
    E'\n  if current_setting(''outbox.capture'', true) = ''off'' then return null; end if;',
    (select string_agg(
       format(E'\n  if tg_op = %L%s then%s\n  end if;', upper(o.operation),
              case o.operation when 'update' then ' and old *<> new' else '' end, o.rules), '' order by o.operation)
     from (
       select w.operation, string_agg(outbox.capture_rule(w), '' order by w.id) as rules
       from outbox.watches as w
       where w.relation = p_relation
       group by w.operation) as o),
    E'\n  return null;',
    E'\nend\n')
$$;
comment on function outbox.capture_source(regclass) is
  'Body of the capture function of a table, as its watches have it now. Where it differs from the installed one, the table or its watches have changed since.';
