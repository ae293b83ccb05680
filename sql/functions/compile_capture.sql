create or replace function outbox.compile_capture(p_relation regclass)
returns regprocedure language plpgsql as $$
declare
  v_name text := coalesce(
    (select p.proname from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid
     where t.tgrelid = p_relation and t.tgname = 'outbox_capture' and not t.tgisinternal),
    left('capture_' || outbox.relation_name(p_relation), 50) || '_' || substr(md5(outbox.relation_name(p_relation)), 1, 8));
begin
  -- What is written must not depend on the writer's session: row_to_json follows each of these settings.
  execute format(
    'create or replace function outbox.%I() returns trigger language plpgsql security definer
     set search_path = pg_catalog, pg_temp
     set timezone = ''UTC'' set datestyle = ''ISO, YMD'' set intervalstyle = ''postgres'' set bytea_output = ''hex''
     set extra_float_digits = 1 set xmlbinary = ''base64'' set lc_monetary = ''C'' set quote_all_identifiers = off
     as %L', v_name, outbox.capture_source(p_relation));
  execute format('alter function outbox.%I() owner to %I', v_name,
    (select pg_get_userbyid(n.nspowner) from pg_namespace as n where n.nspname = 'outbox'));
  execute format('revoke all on function outbox.%I() from public', v_name);
  execute format('comment on function outbox.%I() is %L', v_name,
    'Captures changes of ' || outbox.relation_name(p_relation) || '. Compiled from outbox.watches; do not edit.');
  return format('outbox.%I()', v_name)::regprocedure;
end
$$;
comment on function outbox.compile_capture(regclass) is
  'Writes the capture function of a table from its watches. Takes no lock on the table. Returns the function.';
