create or replace function outbox.templated_bodies(p_event_ids uuid[], p_template_id integer)
returns text[] language sql stable as $$
  select array_agg(outbox.delivery_body(e, p_template_id) order by i.position)
  from unnest(p_event_ids) with ordinality as i (id, position)
  join outbox.events as e on e.id = i.id
$$;
comment on function outbox.templated_bodies(uuid[], integer) is
  'The bodies of these events, in their order, as a template makes them.';
