create or replace function outbox.grant_rights(p_role text)
returns void language plpgsql as $$
declare
  v_right text;
begin
  execute format('revoke all on all tables in schema outbox from %I', p_role);
  execute format('revoke all on all functions in schema outbox from %I', p_role);
  for v_right in select format('%s on %s %s', r.privilege, r.kind, r.name) from outbox.rights_of(p_role) as r loop
    execute format('grant %s to %I', v_right, p_role);
  end loop;
end
$$;
comment on function outbox.grant_rights(text) is
  'Gives a role of ours the rights that outbox.rights_of lists, and no others.';
