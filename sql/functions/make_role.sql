create or replace function outbox.make_role(p_name text, p_comment text)
returns boolean language plpgsql as $$
begin
  if not exists (select from pg_roles as r where r.rolname = p_name) then
    execute format('create role %I nologin', p_name);
    execute format('comment on role %I is %L', p_name, p_comment);
  end if;
  return true;
exception
  when insufficient_privilege then return false;
  -- The installation of another database of this cluster was first.
  when duplicate_object or unique_violation then return true;
end
$$;
comment on function outbox.make_role(text, text) is
  'Makes a role without login, where there is none yet and the caller may. Returns whether there is one now.';
