create or replace function outbox.log_portion(p_after uuid, p_before uuid, p_event_types text[], p_limit integer)
returns uuid[] language sql stable as $$
  select array_agg(f.id order by f.id)
  from (
    select e.id
    from outbox.events as e
    where e.id > p_after and e.id < p_before
      and (p_event_types is null or exists (select from outbox.type_patterns(e.type) as t (pattern) where t.pattern = any (p_event_types)))
      -- What has not been read yet, or is being sent, takes its own way.
      and pg_visible_in_snapshot(e.txid, (select c.seen from outbox.event_cursor as c))
      and not exists (select from outbox.batches as b where b.first_id <= e.id and b.last_id >= e.id and e.id = any (b.event_ids))
    order by e.id
    limit p_limit) as f
$$;
comment on function outbox.log_portion(uuid, uuid, text[], integer) is
  'The next events of the log between two ids that relays are done with, of types that match one of the patterns. Null: there are no more.';
