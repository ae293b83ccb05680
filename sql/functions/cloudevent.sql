create or replace function outbox.cloudevent(p_event outbox.events, p_source text)
returns text language sql stable as $$
  -- A subject is not empty, and no text in CloudEvents has control characters or noncharacters (those of the first plane).
  select concat('{"specversion":"1.0","id":"', p_event.id, '","source":', to_json(p_source), ',"type":', to_json(p_event.type),
                ',"subject":' || to_json(case when p_event.key !~ '^$|[\u0001-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]' then p_event.key end),
                ',"time":"', to_char(p_event.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                '","datacontenttype":"application/json","data":', p_event.data, '}')
$$;
comment on function outbox.cloudevent(outbox.events, text) is
  'The body of an event as a CloudEvent in structured JSON (CloudEvents 1.0, JSON event format). The event''s key is its subject, unless CloudEvents forbids such a text: the data tells it anyway.';
