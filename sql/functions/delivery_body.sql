create or replace function outbox.delivery_body(p_event outbox.events, p_template_id integer)
returns text language sql stable as $$
  select case when p_template_id is null then outbox.body(p_event) else outbox.templated_body(p_event, p_template_id) end
$$;
comment on function outbox.delivery_body(outbox.events, integer) is
  'The body that a delivery sends for an event: the exact text, the same on every attempt.';
