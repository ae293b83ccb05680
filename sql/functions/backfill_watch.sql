create or replace function outbox.backfill_watch(p_relation regclass, p_event_type text)
returns outbox.watches language plpgsql stable as $$
declare
  v_watch outbox.watches;
begin
  select w.* into v_watch
  from outbox.watches as w
  where w.relation = p_relation and w.operation <> 'truncate'
  order by w.event_type = p_event_type desc, w.id
  limit 1;
  if not found then
    raise exception 'argument "relation" is %, which is not watched', outbox.relation_name(p_relation)
      using errcode = 'OB002', hint = 'Watch it first: its watches say which columns may be sent.';
  end if;
  if v_watch.event_type <> p_event_type then
    v_watch.columns := array(
      select c.name from unnest(outbox.relation_columns(p_relation)) with ordinality as c (name, position)
      where not exists (
        select from outbox.watches as w
        where w.relation = p_relation and w.operation <> 'truncate' and c.name <> all (outbox.capture_columns(w)))
      order by c.position);
    v_watch.event_type := p_event_type;
    v_watch.enrich := null;
  end if;
  -- A row that exists is what an insert would have brought.
  v_watch.operation := 'insert';
  return v_watch;
end
$$;
comment on function outbox.backfill_watch(regclass, text) is
  'The rule by which outbox.backfill makes events: the watch of this type, else one with the columns that every watch of the table sends. Raises OB002 for a table that is not watched.';
