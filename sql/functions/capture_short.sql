create or replace function outbox.capture_short(p_relation regclass, p_row text, p_columns text[], p_expression text)
returns text language sql stable as $$
  -- What an index holds is short; a column that somebody named may hold anything.
  select case when size.source is null or p_columns <@ outbox.relation_key(p_relation) then p_expression
              else format('case when coalesce(%s, 0) <= 8192 then %s end', size.source, p_expression) end
  from (select outbox.capture_size(p_relation, array[p_row], p_columns) as source) as size
$$;
comment on function outbox.capture_short(regclass, text, text[], text) is
  'Source of an expression over these columns that is null where one of them is too long for a key or a tenant. Used to compile capture functions.';
