-- What people steer by: pausing, resending, replaying, ordering, shaping bodies, coalescing; and what they look at.

-- Functions whose arguments or columns change are dropped; the new ones are made from their files.
drop function if exists outbox.matches(uuid[], uuid, uuid);
drop function if exists outbox.batch_matches(bigint);
drop function if exists outbox.claim_due(integer, uuid[], uuid[], integer[], integer, timestamptz);
drop function if exists outbox.relay_webhooks(uuid[]);
drop function if exists outbox.record_delivered(integer, bigint[], uuid[], uuid[], text[], real[], real[], integer[], text[], text[], bigint[]);
drop function if exists outbox.record_pending(integer, bigint[], uuid[], uuid[], text[], boolean);
drop function if exists outbox.record_attempts(integer, uuid[], uuid[], integer[], boolean[], real[], real[], integer[], text[], text[], text[], real[]);
drop function if exists outbox.watch(regclass, text, text, text, text[], text[], text[], text[], text, text);
drop function if exists outbox.install_capture(regclass);

-- Before Postgres 18: 12 more bits of time (RFC 9562, version 7, method 3), so that ids follow each other within a millisecond, too.
do $$
begin
  if current_setting('server_version_num')::integer < 180000 then
    execute $f$
      create or replace function outbox.uuidv7() returns uuid language sql volatile parallel safe return
        (overlay(lpad(to_hex((extract(epoch from clock_timestamp()) * 4096000)::bigint), 15, '0') placing '7' from 13 for 0)
         || substr(translate(gen_random_uuid()::text, '-', ''), 17))::uuid $f$;
  end if;
end $$;
comment on function outbox.uuidv7() is 'A new time-ordered uuid (RFC 9562, version 7): 48 bits of milliseconds, 12 of their fraction, the rest random.';

alter table outbox.settings
  add column paused_at       timestamptz,
  add column max_cause_depth integer not null default 10,
  add constraint settings_cause_depth check (max_cause_depth between 1 and 1000);
comment on column outbox.settings.paused_at is 'Since when nothing is sent at all. Null: relays work. Set by outbox.pause() and outbox.resume().';
comment on column outbox.settings.max_cause_depth is 'How long a chain of events may grow in which each names the one before as its cause (outbox.context). What lies beyond is not sent: its deliveries are dead at once.';

alter table outbox.events add column only_for uuid;
comment on column outbox.events.only_for is 'The only webhook that the event is meant for: a test, or a backfill for one receiver. Null: for whoever wants it.';

alter table outbox.watches
  add column coalesce_for interval,
  add constraint watches_coalesce_bounds check (coalesce_for between '100 ms' and '1 day'),
  add constraint watches_coalesce_updates check (coalesce_for is null or operation = 'update');
comment on column outbox.watches.coalesce_for is 'Changes of one key within this time of the first become one event, with the first old and the last new values. Null: each change is an event.';

create table outbox.coalescing_changes (
  id          bigint generated always as identity primary key,
  watch_id    bigint not null,
  event_type  text not null,
  key         text,
  tenant      text,
  data        json not null,
  context     json,
  occurred_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);
comment on table outbox.coalescing_changes is 'Changes that wait for the end of their burst, to become one event. Written by capture functions, emptied by relays.';
comment on column outbox.coalescing_changes.id is 'The order in which the changes of one row were made.';
comment on column outbox.coalescing_changes.watch_id is 'The watch that asked for it.';
comment on column outbox.coalescing_changes.event_type is 'The event that they will be.';
comment on column outbox.coalescing_changes.key is 'The key of the row: what is coalesced.';
comment on column outbox.coalescing_changes.tenant is 'The tenant of the change.';
comment on column outbox.coalescing_changes.data is 'What the event of this change alone would have carried.';
comment on column outbox.coalescing_changes.context is 'What the writer set as outbox.context. Null: nothing.';
comment on column outbox.coalescing_changes.occurred_at is 'When the change was made.';

-- Texts that deliveries were made with are kept: every attempt of a delivery sends the same bytes.
create table outbox.body_templates (
  id         integer generated always as identity primary key,
  format     text not null,
  template   text not null,
  created_at timestamptz not null default now(),
  constraint body_templates_format check (format in ('standard', 'cloudevents'))
);
create unique index body_templates_once_idx on outbox.body_templates (format, md5(template));
comment on table outbox.body_templates is 'How bodies other than the standard one are made. Never changed: a delivery keeps the one that it began with.';
comment on column outbox.body_templates.id is 'Number of the template. 0: CloudEvents.';
comment on column outbox.body_templates.format is 'webhooks.format.';
comment on column outbox.body_templates.template is 'webhooks.body_template. Of the format cloudevents: the "source" of its events, made up here once, so that it stays when the database gets another name or place.';
comment on column outbox.body_templates.created_at is 'When a webhook first asked for it.';
insert into outbox.body_templates (id, format, template) overriding system value values (0, 'cloudevents', 'urn:uuid:' || gen_random_uuid());

alter table outbox.webhooks
  add column body_template text,
  add column format        text not null default 'standard',
  add column template_id   integer references outbox.body_templates,
  add column ordered       boolean not null default false,
  add column paused_at     timestamptz,
  add constraint webhooks_format check (format in ('standard', 'cloudevents'));
create index webhooks_ordered_idx on outbox.webhooks (id) where ordered;
comment on column outbox.webhooks.body_template is 'JSON text that is sent instead of the standard body; its strings may hold {{ jsonpath }} over that body. Null: the standard body.';
comment on column outbox.webhooks.format is 'standard: Standard Webhooks. cloudevents: CloudEvents 1.0, structured JSON.';
comment on column outbox.webhooks.template_id is 'Which of outbox.body_templates that makes. Null: the standard body. Kept by a trigger.';
comment on column outbox.webhooks.ordered is 'Whether the deliveries of one key are sent one after the other: a failing one holds back those of its key, and no others.';
comment on column outbox.webhooks.paused_at is 'Since when its deliveries are held although it is enabled: events are matched and wait. Null: not paused. Set by outbox.pause and outbox.resume.';

create table outbox.disabled_spans (
  webhook_id  uuid not null references outbox.webhooks on delete cascade,
  disabled_at timestamptz not null,
  enabled_at  timestamptz,
  reason      text,
  constraint disabled_spans_pkey primary key (webhook_id, disabled_at)
);
comment on table outbox.disabled_spans is 'When webhooks were disabled: outbox.missed tells what they missed. Kept by a trigger.';
comment on column outbox.disabled_spans.webhook_id is 'The webhook.';
comment on column outbox.disabled_spans.disabled_at is 'Since when.';
comment on column outbox.disabled_spans.enabled_at is 'Until when. Null: it still is.';
comment on column outbox.disabled_spans.reason is 'Why, where that was not a person''s choice.';
insert into outbox.disabled_spans (webhook_id, disabled_at, reason)
select w.id, w.disabled_at, w.disabled_reason from outbox.webhooks as w where not w.enabled;

drop function if exists outbox.unread_events(pg_snapshot, integer);
alter table outbox.batches
  add column ordered_for uuid[] not null default '{}',
  add column has_context boolean not null default true;
comment on column outbox.batches.ordered_for is 'Ordered webhooks whose deliveries were queued when the batch was cut; the relay leaves them out.';
comment on column outbox.batches.has_context is 'Whether one of its events has a context, which may name a cause.';

create sequence outbox.delivery_ordinals as bigint;
comment on sequence outbox.delivery_ordinals is 'Numbers the deliveries of ordered webhooks in the order in which they are to be sent.';

alter table outbox.pending_deliveries
  alter column next_attempt_at drop not null,
  add column schedule_from integer not null default 0,
  add column template_id   integer,
  add column ordinal       bigint,
  add column order_key     bigint;
create index pending_deliveries_order_idx on outbox.pending_deliveries (webhook_id, order_key, ordinal) where ordinal is not null;
comment on column outbox.pending_deliveries.next_attempt_at is 'When the next attempt is due. Null: it waits for an earlier delivery of the same key, because the webhook is ordered.';
comment on column outbox.pending_deliveries.schedule_from is 'How many attempts had been made when it was resent: the retry schedule begins anew after them.';
comment on column outbox.pending_deliveries.template_id is 'Which of outbox.body_templates makes its body. Null: the standard body.';
comment on column outbox.pending_deliveries.ordinal is 'Its place among those of its key. Null: the webhook is not ordered.';
comment on column outbox.pending_deliveries.order_key is 'A hash of the event''s key. Null: the webhook is not ordered.';

alter table outbox.settled_deliveries add column template_id integer;
comment on column outbox.settled_deliveries.template_id is 'Which of outbox.body_templates made its body. Null: the standard body.';
-- Those of one webhook, and the newest of all.
create index settled_deliveries_dead_idx on outbox.settled_deliveries (webhook_id, id) where status = 'dead';
create index settled_deliveries_newest_dead_idx on outbox.settled_deliveries (id) where status = 'dead';

create table outbox.replays (
  id           bigint generated always as identity primary key,
  webhook_id   uuid not null references outbox.webhooks on delete cascade,
  since        timestamptz not null,
  until        timestamptz not null,
  event_types  text[],
  which        text not null default 'all',
  rate_limit   integer not null,
  position     uuid,
  total        bigint not null,
  deliveries   bigint not null default 0,
  requested_by text not null default session_user,
  requested_at timestamptz not null default now(),
  advanced_at  timestamptz not null default now(),
  finished_at  timestamptz,
  cancelled_at timestamptz,
  constraint replays_which check (which in ('all', 'missed', 'dead')),
  constraint replays_span check (since <= until)
);
create index replays_open_idx on outbox.replays (id) where finished_at is null and cancelled_at is null;
comment on table outbox.replays is 'Replays that people asked for: relays work on the open ones, a portion at a time. Written by outbox.replay and outbox.cancel_replay.';
comment on column outbox.replays.id is 'Number of the replay.';
comment on column outbox.replays.webhook_id is 'The webhook that gets the events.';
comment on column outbox.replays.since is 'Events from this instant on.';
comment on column outbox.replays.until is 'Events before this instant.';
comment on column outbox.replays.event_types is 'Patterns: only events of these types. Null: all that the webhook wants.';
comment on column outbox.replays.which is 'all: every event that matches; missed: those without a delivery; dead: those whose delivery is dead.';
comment on column outbox.replays.rate_limit is 'Most deliveries a second.';
comment on column outbox.replays.position is 'The last event that has been looked at. Null: none has.';
comment on column outbox.replays.total is 'How many deliveries it will be, as counted when it was asked for.';
comment on column outbox.replays.deliveries is 'How many deliveries have been queued.';
comment on column outbox.replays.requested_by is 'Who asked for it.';
comment on column outbox.replays.requested_at is 'When.';
comment on column outbox.replays.advanced_at is 'When a relay last worked on it.';
comment on column outbox.replays.finished_at is 'When it was through. Null: not yet.';
comment on column outbox.replays.cancelled_at is 'When somebody cancelled it. Null: nobody did.';

-- Counted by relays as they send, so that no view has to count deliveries.
create table outbox.activity_minutes (
  minute     timestamptz not null,
  webhook_id uuid not null,
  delivered  integer not null default 0,
  failed     integer not null default 0,
  dead       integer not null default 0,
  durations  integer[] not null default '{}',
  constraint activity_minutes_pkey primary key (minute, webhook_id)
)
-- Old minutes are deleted from one end: what they leave in the index would have to be stepped over again and again.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
comment on table outbox.activity_minutes is 'Attempts a minute and webhook, counted by the relays and written every few seconds; what a relay had counted when it crashed is missing. Kept for two days.';
comment on column outbox.activity_minutes.minute is 'The beginning of the minute in which they were counted: at most a few seconds after the attempts ended, more where the database was away.';
comment on column outbox.activity_minutes.webhook_id is 'The webhook.';
comment on column outbox.activity_minutes.delivered is 'Attempts that were answered with 2xx.';
comment on column outbox.activity_minutes.failed is 'Attempts that were not.';
comment on column outbox.activity_minutes.dead is 'Deliveries that were given up.';
comment on column outbox.activity_minutes.durations is 'A histogram of how long the attempts took: element n counts those of less than 2^((n - 1) / 2) ms and not less than the one before; the 40th all longer ones. Elements after the last attempt are left out.';

-- A busy webhook has 1,440 minutes a day: what is asked for a day is counted by the hour as well.
create table outbox.activity_hours (
  hour       timestamptz not null,
  webhook_id uuid not null,
  delivered  integer not null default 0,
  failed     integer not null default 0,
  dead       integer not null default 0,
  constraint activity_hours_pkey primary key (hour, webhook_id)
) with (fillfactor = 70);
comment on table outbox.activity_hours is 'outbox.activity_minutes by the hour, without durations. Kept for a day.';
comment on column outbox.activity_hours.hour is 'The beginning of the hour (UTC) in which they were counted.';
comment on column outbox.activity_hours.webhook_id is 'The webhook.';
comment on column outbox.activity_hours.delivered is 'Attempts that were answered with 2xx.';
comment on column outbox.activity_hours.failed is 'Attempts that were not.';
comment on column outbox.activity_hours.dead is 'Deliveries that were given up.';

create table outbox.webhook_activity (
  webhook_id      uuid primary key references outbox.webhooks on delete cascade,
  last_attempt_at timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  failing_since   timestamptz,
  last_failure    text
) with (fillfactor = 70);
comment on table outbox.webhook_activity is 'How each webhook is doing, as its relays last saw it. Read it in the view outbox.webhook_health.';
comment on column outbox.webhook_activity.webhook_id is 'The webhook.';
comment on column outbox.webhook_activity.last_attempt_at is 'When an attempt last ended.';
comment on column outbox.webhook_activity.last_success_at is 'When one last was answered with 2xx. Null: never.';
comment on column outbox.webhook_activity.last_failure_at is 'When one last was not. Null: never.';
comment on column outbox.webhook_activity.failing_since is 'The first failure since the last success. Null: the last attempt succeeded.';
comment on column outbox.webhook_activity.last_failure is 'What the last failure was: the answer''s status, or why there was none.';

-- The name is the view's now, which tells more.
alter table outbox.relays rename to registered_relays;
comment on table outbox.registered_relays is 'The relay processes that have registered. Each also holds an advisory lock of its own for as long as its session lives. Read it in the view outbox.relays.';

update outbox.event_types as t set example = x.example::json
from (values
  ('ticket.created', '{"table":"public.tickets","operation":"insert","key":{"id":42},"record":{"id":42,"title":"The login page shows an error","status":"open","priority":"high"}}'),
  ('ticket.updated', '{"table":"public.tickets","operation":"update","key":{"id":42},"record":{"id":42,"title":"The login page shows an error","status":"open","priority":"high"},"previous":{"priority":"normal"}}'),
  ('ticket.status_changed', '{"table":"public.tickets","operation":"update","key":{"id":42},"record":{"id":42,"title":"The login page shows an error","status":"closed","priority":"high"},"previous":{"status":"open"}}'),
  ('workflow.started', '{"table":"public.workflows","operation":"update","key":{"id":7},"record":{"id":7,"name":"release","status":"running"},"previous":{"status":"queued"}}'),
  ('workflow.completed', '{"table":"public.workflows","operation":"update","key":{"id":7},"record":{"id":7,"name":"release","status":"completed"},"previous":{"status":"running"}}'),
  ('workflow.step_completed', '{"table":"public.workflow_steps","operation":"update","key":{"workflow_id":7,"position":1},"record":{"workflow_id":7,"position":1,"name":"build","status":"completed"},"previous":{"status":"running"}}'),
  ('test.run_created', '{"table":"public.test_runs","operation":"insert","key":{"id":11},"record":{"id":11,"suite":"smoke","status":"queued","passed":null,"failed":null}}'),
  ('test.run_completed', '{"table":"public.test_runs","operation":"update","key":{"id":11},"record":{"id":11,"suite":"smoke","status":"completed","passed":128,"failed":0},"previous":{"status":"running","passed":null,"failed":null}}')
) as x (type, example)
where t.type = x.type and t.example is null;
