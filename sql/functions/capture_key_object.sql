create or replace function outbox.capture_key_object(p_watch outbox.watches)
returns text language sql stable as $$
  select case when cardinality(k.names) > 0
    then outbox.capture_short(p_watch.relation, w.row_name, k.names, outbox.capture_object(w.row_name, k.names))
    else 'null::text' end
  from (select case p_watch.operation when 'delete' then 'old' else 'new' end as row_name) as w
  cross join lateral (select outbox.capture_keys(p_watch) as names) as k
$$;
comment on function outbox.capture_key_object(outbox.watches) is
  'Source of an expression that gives the key of the row as a JSON object, null without one. Used to compile capture functions.';
