create or replace function outbox.backfill(relation regclass, event_type text, condition text default null, webhook_id uuid default null)
returns bigint language plpgsql
  set search_path = pg_catalog, pg_temp
  -- As capture functions have it: what is written must not depend on the session.
  set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set bytea_output = 'hex'
  set extra_float_digits = 1 set xmlbinary = 'base64' set lc_monetary = 'C' set quote_all_identifiers = off
as $$
#variable_conflict use_variable
declare
  v_watch outbox.watches;
  v_made  bigint;
begin
  perform outbox.check_relation(relation);
  perform outbox.check_event_type('event_type', event_type);
  if webhook_id is not null then perform outbox.find_webhook(webhook_id); end if;
  v_watch := outbox.backfill_watch(relation, event_type);
  begin
    execute outbox.backfill_query(v_watch, condition) using webhook_id;
    get diagnostics v_made = row_count;
  exception
    when syntax_error_or_access_rule_violation or data_exception then
      raise exception 'argument "condition" cannot be evaluated: %', sqlerrm
        using errcode = 'OB001', hint = format('Write SQL over the columns of %s, such as new.created_at > now() - interval ''1 day''.', outbox.relation_name(relation));
  end;
  insert into outbox.event_types (type, source, description)
  values (event_type, 'watch', format('Existing rows of %s.', outbox.relation_name(relation)))
  on conflict do nothing;
  perform outbox.audit('watch.backfilled', outbox.relation_name(relation), null,
    json_strip_nulls(json_build_object('event_type', event_type, 'condition', condition, 'webhook_id', webhook_id, 'events', v_made)));
  perform outbox.ring();
  return v_made;
end
$$;
comment on function outbox.backfill(regclass, text, text, uuid) is
  'Makes an event of each existing row of a table for which the condition (SQL over its columns) is true, with the operation "backfill"; with a webhook''s id for that webhook only. Payload, key and tenant are those of the watch of this type, else only columns that every watch of the table sends. All in the calling transaction: do a large table in ranges of its key. Returns how many. Raises OB001 for a value that does not fit, OB002 for a table that is not watched or an unknown webhook, OB004 for somebody else''s table.';
