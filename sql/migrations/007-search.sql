-- What searches are given and give, and durations by the hour.

create type outbox.delivery_search as (
  after        uuid,
  before       uuid,
  webhook_id   uuid,
  statuses     text[],
  likes        text[],
  key          text,
  tenant       text,
  response     int4range,
  no_answer    boolean,
  contains     text,
  max_rows     integer,
  oldest_first boolean,
  by_event     boolean,
  among_few    boolean,
  of_events    uuid[],
  holding      uuid[]
);
comment on type outbox.delivery_search is 'A search among deliveries, its arguments checked and put into the form in which statements use them. A null asks for nothing in particular.';
comment on column outbox.delivery_search.after is 'Ids above this one.';
comment on column outbox.delivery_search.before is 'Ids below this one.';
comment on column outbox.delivery_search.webhook_id is 'Of this webhook.';
comment on column outbox.delivery_search.statuses is 'In one of these states.';
comment on column outbox.delivery_search.likes is 'Of event types that are like one of these.';
comment on column outbox.delivery_search.key is 'Of events with this key.';
comment on column outbox.delivery_search.tenant is 'Of events of this tenant.';
comment on column outbox.delivery_search.response is 'Whose last attempt was answered with one of these statuses.';
comment on column outbox.delivery_search.no_answer is 'Whose last attempt had no answer.';
comment on column outbox.delivery_search.contains is 'With something like this in the event''s data or key, in the answer''s body or in the error.';
comment on column outbox.delivery_search.max_rows is 'So many at most.';
comment on column outbox.delivery_search.oldest_first is 'Whether the oldest are wanted, not the newest.';
comment on column outbox.delivery_search.by_event is 'Whether it is quicker to look for the events, and from them for the deliveries.';
comment on column outbox.delivery_search.among_few is 'Whether what has been delivered is not asked for: the rest is few, and indexed.';
comment on column outbox.delivery_search.of_events is 'The events that have this key and tenant. Null: not looked for.';
comment on column outbox.delivery_search.holding is 'The events whose data or key contain the text. Null: not looked for.';

create type outbox.found_delivery as (
  id              uuid,
  webhook_id      uuid,
  url             text,
  event_id        uuid,
  event_type      text,
  key             text,
  tenant          text,
  status          text,
  attempts        integer,
  created_at      timestamptz,
  attempted_at    timestamptz,
  next_attempt_at timestamptz,
  leased_by       integer,
  response_status integer,
  duration_ms     real,
  error           text
);
comment on type outbox.found_delivery is 'A delivery in a list: as in outbox.webhook_deliveries, without its payload.';
comment on column outbox.found_delivery.id is 'Names the delivery; begins with the time of its event.';
comment on column outbox.found_delivery.webhook_id is 'To whom.';
comment on column outbox.found_delivery.url is 'Where the webhook''s events are POSTed now. Null: it has been deleted.';
comment on column outbox.found_delivery.event_id is 'What; sent as webhook-id.';
comment on column outbox.found_delivery.event_type is 'The event''s type.';
comment on column outbox.found_delivery.key is 'What the event is about. Null: a table without a key, or the event is gone.';
comment on column outbox.found_delivery.tenant is 'Whose event it is. Null: nobody''s in particular.';
comment on column outbox.found_delivery.status is 'pending, delivered, dead or held.';
comment on column outbox.found_delivery.attempts is 'How many attempts were made.';
comment on column outbox.found_delivery.created_at is 'When the delivery came to be.';
comment on column outbox.found_delivery.attempted_at is 'When the last attempt began. Null: none was made.';
comment on column outbox.found_delivery.next_attempt_at is 'When the next attempt is due. Null: there is none, or it waits for an earlier delivery of the same key.';
comment on column outbox.found_delivery.leased_by is 'The relay that is attempting it now. Null: nobody.';
comment on column outbox.found_delivery.response_status is 'The HTTP status of the last attempt. Null: no answer, or no attempt.';
comment on column outbox.found_delivery.duration_ms is 'How long the last attempt took, in milliseconds. Null: none was made.';
comment on column outbox.found_delivery.error is 'Why there was no answer, in words. Null: there was one, or no attempt.';

create type outbox.found_event as (
  id          uuid,
  type        text,
  key         text,
  tenant      text,
  txid        xid8,
  occurred_at timestamptz,
  only_for    uuid,
  data_bytes  integer
);
comment on type outbox.found_event is 'An event in a list: as in outbox.events, without its data.';
comment on column outbox.found_event.id is 'Names the event; sent as webhook-id.';
comment on column outbox.found_event.type is 'Such as ticket.created.';
comment on column outbox.found_event.key is 'What it is about. Null: a table without a key.';
comment on column outbox.found_event.tenant is 'Whose it is. Null: nobody''s in particular.';
comment on column outbox.found_event.txid is 'The transaction that wrote it.';
comment on column outbox.found_event.occurred_at is 'When the change was made.';
comment on column outbox.found_event.only_for is 'The only webhook that it is meant for. Null: for whoever wants it.';
comment on column outbox.found_event.data_bytes is 'How long its data is, in bytes.';

alter table outbox.activity_hours add column durations integer[] not null default '{}';
comment on table outbox.activity_hours is 'outbox.activity_minutes by the hour. Kept for a day.';
comment on column outbox.activity_hours.durations is 'As in outbox.activity_minutes.';

-- Made again from their files, with outbox.sum_activity in its place.
drop view if exists outbox.throughput;
drop view if exists outbox.webhook_health;
drop function if exists outbox.activity_of_last_hour(boolean);
