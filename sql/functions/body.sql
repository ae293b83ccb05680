create or replace function outbox.body(p_event outbox.events)
returns text language sql stable as $$
  select concat('{"id":"', p_event.id, '","type":"', p_event.type, '","timestamp":"',
                to_char(p_event.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                '","data":', p_event.data, '}')
$$;
comment on function outbox.body(outbox.events) is
  'The body that is sent for an event: the exact text, the same on every attempt.';
