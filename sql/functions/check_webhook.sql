create or replace function outbox.check_webhook()
returns trigger language plpgsql as $$
declare
  v_pattern text;
begin
  if new.url is null or new.url !~* '^https?://[^/?#\s@]+([/?][^\s#]*)?$' or length(new.url) > 2048 or new.url ~ '[[:cntrl:]]' then
    raise exception 'column "url" is %, which is no address for a webhook', coalesce(quote_literal(left(new.url, 200)), 'null')
      using errcode = 'OB001', column = 'url',
            hint = 'It begins with http:// or https://, has no user name, password or #fragment, and at most 2048 characters.';
  end if;
  if new.events is null or cardinality(new.events) = 0 then
    raise exception 'column "events" is empty' using errcode = 'OB001', column = 'events',
      hint = 'List patterns, such as ''{ticket.created}'', ''{ticket.*}'' or ''{*}''.';
  end if;
  foreach v_pattern in array new.events loop
    if v_pattern is null or length(v_pattern) > 128 or v_pattern !~ '^(\*|[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*(\.\*)?)$' then
      raise exception 'column "events" holds %, which is no pattern', coalesce(quote_literal(left(v_pattern, 140)), 'null')
        using errcode = 'OB001', column = 'events',
              hint = 'A pattern is an event type (ticket.created), all types of a noun (ticket.*), or * for all.';
    end if;
    if not exists (select from outbox.event_types as t where v_pattern in (select outbox.type_patterns(t.type)))
      and (tg_op = 'INSERT' or new.events is distinct from old.events) then
      raise warning 'pattern % matches no event type so far', quote_literal(v_pattern)
        using hint = coalesce('Nearest: ' || outbox.nearest_types(v_pattern) || '.', 'See outbox.event_types.');
    end if;
  end loop;
  perform outbox.check_webhook_limits(new);
  -- Only what changes: nobody wants the same warning twice, and what was accepted must not keep a relay from disabling it.
  if tg_op = 'INSERT' or (new.filter::text, new.events, new.tenant) is distinct from (old.filter::text, old.events, old.tenant) then
    perform outbox.check_filter(new);
  end if;
  if tg_op = 'INSERT' or (new.format, new.body_template) is distinct from (old.format, old.body_template) then
    perform outbox.check_body_template(new.format, new.body_template);
  end if;
  new.template_id := outbox.template_id(new.format, new.body_template);
  if tg_op = 'UPDATE' then
    new.id := old.id; new.created_at := old.created_at;
    new.version := old.version + 1; new.updated_at := now();
  end if;
  if new.headers::text is distinct from old.headers::text then
    new.headers := outbox.take_headers(new.id, new.headers, old.headers);
  end if;
  new.disabled_at := case when new.enabled then null when tg_op = 'INSERT' then now() when old.enabled then now() else old.disabled_at end;
  if new.enabled then new.disabled_reason := null; end if;
  return new;
end
$$;
comment on function outbox.check_webhook() is
  'Trigger of outbox.webhooks: refuses values that do not fit (OB001, with the column), warns of patterns that match nothing, takes out header values, keeps version and dates.';

create or replace trigger check_webhook before insert or update on outbox.webhooks
  for each row execute function outbox.check_webhook();
