create or replace function outbox.template_id(p_format text, p_template text)
returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_id integer;
begin
  if p_format = 'standard' and p_template is null then return null; end if;
  if p_format = 'cloudevents' then return 0; end if;
  -- Looked up first, so that writing a webhook uses up no number.
  for v_try in 1 .. 2 loop
    select t.id into v_id
    from outbox.body_templates as t
    where t.format = p_format and md5(t.template) = md5(p_template);
    if found then return v_id; end if;
    insert into outbox.body_templates (format, template) values (p_format, p_template) on conflict do nothing returning id into v_id;
    if found then return v_id; end if;
  end loop;
  raise exception 'the body template could not be stored' using errcode = 'OB003', hint = 'Try again.';
end
$$;
comment on function outbox.template_id(text, text) is
  'The number of a format and template in outbox.body_templates; a template that is new is added. Null: the standard body.';
