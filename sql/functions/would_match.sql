create or replace function outbox.would_match(event_type text, data json, tenant text default null)
returns table (webhook_id uuid, url text, matched boolean, reason text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  -- A filter may compare times without a zone: what it lets through must not depend on the session.
  set timezone = 'UTC' set jit = off
as $$
#variable_conflict use_column
declare
  v_settings outbox.settings;
  v_event    outbox.events;
  v_patterns text[];
  v_data     jsonb := outbox.data_for_filter(would_match.data);
begin
  select s.* into strict v_settings from outbox.settings as s;
  perform outbox.check_event_type('event_type', would_match.event_type);
  perform outbox.check_emit(v_settings, would_match.event_type, would_match.data, null);
  v_event.type := would_match.event_type;
  v_event.tenant := would_match.tenant;
  v_patterns := array(select outbox.type_patterns(v_event.type));
  return query
    select w.id, w.url, x.matched,
           case
             when not x.matched then outbox.explain_absence(w, v_event, v_patterns, v_data)
             when w.paused_at is not null then 'would be held: the webhook is ' || outbox.explain_stop(w)
             else 'would be sent' end
    from outbox.webhooks as w
    left join outbox.webhooks_for(v_event.type, v_event.tenant) as f on f.webhook_id = w.id
    cross join lateral (
      select f.webhook_id is not null and (f.filter is null or outbox.filter_matches(f.filter, v_data)) as matched) as x
    order by x.matched desc, w.url, w.id;
end
$$;
comment on function outbox.would_match(text, json, text) is
  'Who would get an event like this one, and who would not and why: a row for every webhook, those that it matches first, in the words of outbox.explain. Nothing is written. Raises OB001 for what outbox.emit would refuse.';
