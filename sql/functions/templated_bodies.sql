create or replace function outbox.templated_bodies(p_event_ids uuid[], p_template_id integer)
returns text[] language plpgsql stable as $$   -- plpgsql: the plan over all partitions is kept
begin
  return (
    select array_agg(case when e.id is not null then outbox.templated_body(e, p_template_id) end order by i.position)
    from unnest(p_event_ids) with ordinality as i (id, position)
    left join outbox.events as e on e.id = i.id);
end
$$;
comment on function outbox.templated_bodies(uuid[], integer) is
  'The bodies of these events, in their order, as a template makes them. Null for an event that is not in the log.';
