create or replace function outbox.compile_capture(p_relation regclass)
returns regprocedure language plpgsql as $$
declare
  v_name    text := outbox.capture_name(p_relation);
  -- What is written must not depend on the writer's session: each of these settings changes what a row looks like as
  -- JSON, or, where a backslash stands in somebody's expression, what that means.
  v_strings text := (select case when bool_or(strpos(concat(w.condition, w.enrich), chr(92)) > 0) then 'set standard_conforming_strings = on' end
                     from outbox.watches as w where w.relation = p_relation);
begin
  execute format(
    'create or replace function outbox.%I() returns trigger language plpgsql security definer
     set search_path = pg_catalog, pg_temp
     set timezone = ''UTC'' set datestyle = ''ISO, YMD'' set intervalstyle = ''postgres'' set bytea_output = ''hex''
     set extra_float_digits = 1 set xmlbinary = ''base64'' set lc_monetary = ''C'' set quote_all_identifiers = off %s
     as %L', v_name, v_strings, outbox.capture_source(p_relation));
  execute format('alter function outbox.%I() owner to %I', v_name,
    (select pg_get_userbyid(n.nspowner) from pg_namespace as n where n.nspname = 'outbox'));
  execute format('revoke all on function outbox.%I() from public', v_name);
  -- So that a member of it, who owns the table, may install the triggers that call it.
  if exists (select from pg_roles as r where r.rolname = 'outbox_admin') then
    execute format('grant execute on function outbox.%I() to outbox_admin', v_name);
  end if;
  execute format('comment on function outbox.%I() is %L', v_name,
    'Captures changes of ' || outbox.relation_name(p_relation) || '. Compiled from outbox.watches; do not edit.');
  return format('outbox.%I()', v_name)::regprocedure;
end
$$;
comment on function outbox.compile_capture(regclass) is
  'Writes the capture function of a table from its watches. Takes no lock on the table; the caller holds the advisory lock of the rules. Returns the function.';
