create or replace function outbox.doctor_gone_columns()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with lists as (
    select w.id, l.name,
           array_agg(n.name order by n.place) filter (where n.name <> all (outbox.relation_columns(w.relation))) as gone,
           array_agg(n.name order by n.place) filter (where n.name = any (outbox.relation_columns(w.relation))) as kept
    from outbox.watches as w
    cross join lateral (values ('columns', w.columns), ('except_columns', w.except_columns), ('key_columns', w.key_columns),
                               ('ignore_columns', w.ignore_columns), ('tenant_column', array[w.tenant_column])) as l (name, names)
    cross join lateral unnest(l.names) with ordinality as n (name, place)
    where outbox.relation_name(w.relation) is not null
    group by w.id, l.name
  ), rules as (
    select l.id,
           string_agg(format('%s names %s', l.name, array_to_string(l.gone, ', ')), ' and ' order by l.name) as names,
           bool_or(l.name in ('except_columns', 'key_columns', 'tenant_column')) as hurts,
           bool_or(l.name = 'except_columns') as hidden,
           bool_or(l.name = 'columns' and l.kept is null) as emptied,
           jsonb_object_agg(l.name, case when l.name <> 'tenant_column' then to_jsonb(l.kept) end) as changes
    from lists as l
    where l.gone is not null
    group by l.id
  )
  select case when r.hurts then 'error' else 'warning' end,
         format('watch %s (%s of %s)', w.event_type, w.operation, outbox.relation_name(w.relation)),
         format('%s, which the table no longer has: %s.%s', r.names,
                case when r.hurts then 'its events go without their rows' else 'its events go on without it' end,
                case when r.hidden then ' If that was renamed, put its new name into except_columns, or it will be sent.' end),
         null::timestamptz,
         case
           when r.emptied then format('select outbox.unwatch(%L, %L)', outbox.relation_name(w.relation), w.event_type)
           -- A table that never lost a column has renamed it: without a name to keep out, it would be sent.
           when r.hidden and not exists (select from pg_attribute as a where a.attrelid = w.relation and a.attisdropped)
             then format('It was renamed, for this table never lost a column. Call this with its new name: %s', outbox.watch_call(w))
           else outbox.watch_call(jsonb_populate_record(w, r.changes))
         end
  from rules as r
  join outbox.watches as w on w.id = r.id
$$;
comment on function outbox.doctor_gone_columns() is
  'Finds watches that name columns which their table no longer has.';
