create or replace function outbox.capture_compare(p_relation regclass, p_columns text[], p_variable text)
returns text language sql stable as $$
  -- Two values that share their out-of-line chunks are one value: an untouched text of 300 MB is not read (servers before
  -- 17 cannot tell); one of 16 MB that was written anew counts as changed. Whole rows are named in an expression of their own: a planned one would copy them.
  select concat(
    E'\n        ', p_variable, ' := ', coalesce(string_agg(chunk.sql, ' or ' order by chunk.number), 'false'), ';',
    E'\n        if not ', p_variable, ' then',   -- a column added since compiling?
    E'\n          ', p_variable, ' := (select c.relnatts from pg_class as c where c.oid = ', p_relation::oid, ') is distinct from ',
    (select c.relnatts from pg_class as c where c.oid = p_relation), ';',
    E'\n          if ', p_variable, ' then ', p_variable, ' := old *<> new; end if;',
    E'\n        end if;')
  from (
    select (c.position - 1) / 60 as number,
           '(' || string_agg(
             case when a.attlen = -1 and current_setting('server_version_num')::integer >= 170000
               then format(E'\n          (pg_column_toast_chunk_id(old.%1$I) = pg_column_toast_chunk_id(new.%1$I)) is not true and (coalesce(%2$s, 0) > 16777216 or %3$s)',
                           a.attname, coalesce(outbox.capture_size(p_relation, '{new}', array[c.name]), '0'), outbox.capture_unequal(p_relation, c.name))
               else E'\n          ' || outbox.capture_unequal(p_relation, c.name) end,
             ' or ' order by a.attlen = -1, c.position) || ')' as sql
    from unnest(p_columns) with ordinality as c (name, position)
    join pg_attribute as a on a.attrelid = p_relation and a.attname = c.name and not a.attisdropped
    group by 1) as chunk
$$;
comment on function outbox.capture_compare(regclass, text[], text) is
  'Source of the statements that set a variable to whether one of these columns changed, without reading long values that did not. Used to compile capture functions.';
