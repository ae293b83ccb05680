create or replace function outbox.cloudevent(p_event outbox.events)
returns text language sql stable as $$
  select concat('{"specversion":"1.0","id":"', p_event.id, '","source":"/outbox/', current_database(), '","type":"', p_event.type, '"',
                ',"subject":' || to_json(p_event.key),
                ',"time":"', to_char(p_event.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                '","datacontenttype":"application/json","data":', p_event.data, '}')
$$;
comment on function outbox.cloudevent(outbox.events) is
  'The body of an event as a CloudEvent in structured JSON (CloudEvents 1.0, JSON event format). The event''s key is its subject.';
