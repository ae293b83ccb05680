create or replace function outbox.capture_changes(p_relation regclass, p_columns text[])
returns text language sql stable as $$
  -- A statement a column: only what changed has its value written, and only that expression is set up. Columns are
  -- passed over in runs of 16 where one comparison can tell that none of a run changed.
  select string_agg(
    case when run.size > 1 and cardinality(p_columns) > 16 then concat(
      E'\n          if ', run.differs, ' then', run.statements, E'\n          end if;')
    else run.statements end, '' order by run.number)
  from (
    select (c.position - 1) / 16 as number, count(*) as size,
           string_agg(outbox.capture_unequal(p_relation, c.name), ' or ' order by c.position) as differs,
           string_agg(format(E'\n          if %s then v_previous := concat(v_previous || '','', %L, coalesce(to_json(old.%I)::text, ''null'')); end if;',
                             outbox.capture_unequal(p_relation, c.name), to_json(c.name)::text || ':', c.name), '' order by c.position) as statements
    from unnest(p_columns) with ordinality as c (name, position)
    group by 1) as run
$$;
comment on function outbox.capture_changes(regclass, text[]) is
  'Source of the statements that add to v_previous (null before) the old values of the columns that changed, as the members of a JSON object; it stays null when none did. Used to compile capture functions.';
