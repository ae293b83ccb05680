create or replace function outbox.explain_halt()
returns text language sql stable as $$
  select case
    when s.paused_at is not null then 'everything is paused since ' || outbox.utc_text(s.paused_at)
    when not exists (select from outbox.relays as r where r.state = 'at work') then 'no relay is at work' end
  from outbox.settings as s
$$;
comment on function outbox.explain_halt() is
  'Why nothing at all is being sent, in words. Null: relays are at work.';
