create or replace function outbox.templated_body(p_event outbox.events, p_template_id integer)
returns text language plpgsql stable as $$
declare
  v_template outbox.body_templates;
begin
  select t.* into strict v_template from outbox.body_templates as t where t.id = p_template_id;
  if v_template.format = 'cloudevents' then return outbox.cloudevent(p_event, v_template.template); end if;
  return outbox.render_template(v_template.template, outbox.data_for_filter(outbox.body(p_event)::json));
end
$$;
comment on function outbox.templated_body(outbox.events, integer) is
  'The body that one of outbox.body_templates makes of an event.';
