create or replace function outbox.has_unread()
returns boolean language sql volatile as $$
  select u.ids is not null from outbox.event_cursor as c cross join lateral outbox.unread_events(c.seen, 1) as u
$$;
comment on function outbox.has_unread() is
  'Whether the log holds committed events that have not been cut into a batch.';
