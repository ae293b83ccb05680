create or replace function outbox.render_template(p_template text, p_body jsonb)
returns text language sql immutable as $$
  select p_template
$$;
comment on function outbox.render_template(text, jsonb) is
  'Placeholder.';
