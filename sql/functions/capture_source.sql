create or replace function outbox.capture_source(p_relation regclass)
returns text language sql stable as $$
  -- An expression costs about a microsecond in each transaction that comes past it, so there are as few as can be.
  select concat(
    -- A column of a table that enrich reads may be called as one of our variables.
    E'\n#variable_conflict use_column',
    E'\ndeclare',
    E'\n  v_fires boolean; v_built text; v_wide boolean; v_changed boolean; v_rest record;',
    E'\n  v_key text; v_keys text; v_tenant text; v_previous text; v_enriched text; v_data json;',
    E'\nbegin',
    E'\n  if current_setting(''outbox.capture'', true) = ''off'' then return null; end if;',
    (select string_agg(concat(
       E'\n  if tg_op = ', quote_literal(upper(o.operation)), ' then',
       case o.operation when 'update' then outbox.capture_gate(p_relation) end,
       o.rules,
       case o.operation when 'update' then E'\n    end if;' end,
       E'\n  end if;'), '' order by o.operation = 'update' desc, o.operation)
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
