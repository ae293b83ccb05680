create or replace function outbox.utc_text(p_time timestamptz)
returns text language sql immutable strict parallel safe as $$
  select to_char(p_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
$$;
comment on function outbox.utc_text(timestamptz) is
  'An instant as it stands in a sentence, whatever the session''s time zone and date style.';
