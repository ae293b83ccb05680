-- Who wants what, and what became of it. First-try deliveries are written once, by INSERT, into settled_deliveries.
-- Only what failed or had to wait lives in pending_deliveries, a small table that claims and retries may update.

create table outbox.webhooks (
  id              uuid primary key default gen_random_uuid(),
  url             text not null,
  events          text[] not null default '{*}',
  enabled         boolean not null default true,
  description     text,
  filter          jsonpath,
  tenant          text,
  rate_limit      integer,
  max_in_flight   integer not null default 10,
  timeout         interval,
  retry_schedule  interval[],
  disabled_reason text,
  disabled_at     timestamptz,
  version         integer not null default 1,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  constraint webhooks_rate_limit_positive check (rate_limit between 1 and 100000),
  constraint webhooks_max_in_flight_bounds check (max_in_flight between 1 and 1000),
  constraint webhooks_timeout_bounds check (timeout between '100 ms' and '5 min'),
  constraint webhooks_disabled_has_a_date check (enabled = (disabled_at is null)),
  constraint webhooks_reason_when_disabled check (disabled_reason is null or not enabled)
);
comment on table outbox.webhooks is 'A URL and what it wants. Insert, update and delete as you like: subscribing by SQL works like by API.';
comment on column outbox.webhooks.id is 'Names the webhook everywhere.';
comment on column outbox.webhooks.url is 'Where events are POSTed: http or https, no user name or password in it.';
comment on column outbox.webhooks.events is 'Patterns: ticket.created (this type), ticket.* (all types that begin with ticket.), * (all).';
comment on column outbox.webhooks.enabled is 'Whether events are matched and sent. While false, pending deliveries are held; they are released when it is true again.';
comment on column outbox.webhooks.description is 'For people. Null: none.';
comment on column outbox.webhooks.filter is 'jsonpath over the body''s data, such as $.record.priority == "high". Sent when the first item it yields is neither missing, false nor null. Null: no filter.';
comment on column outbox.webhooks.tenant is 'Only events of this tenant. Null: of any.';
comment on column outbox.webhooks.rate_limit is 'Most requests a second, by each relay process. Null: no limit.';
comment on column outbox.webhooks.max_in_flight is 'Most requests under way at once, by each relay process.';
comment on column outbox.webhooks.timeout is 'Time for one attempt, from look-up to the last byte of the answer. Null: the relay''s default. Never longer than half the relay''s lease.';
comment on column outbox.webhooks.retry_schedule is 'Waits after the first, second … failed attempt; after the last one the delivery is dead. Null: the default of outbox.settings. Empty: no second attempt.';
comment on column outbox.webhooks.disabled_reason is 'Why it is disabled, where that was not a person''s choice. Null otherwise.';
comment on column outbox.webhooks.disabled_at is 'Since when it is disabled. Null while enabled.';
comment on column outbox.webhooks.version is 'Counts the changes, so that relays notice them.';
comment on column outbox.webhooks.created_at is 'When it was registered.';
comment on column outbox.webhooks.updated_at is 'When it was last changed.';

create table outbox.webhook_patterns (
  webhook_id uuid not null references outbox.webhooks on delete cascade,
  pattern    text not null,
  tenant     text,
  constraint webhook_patterns_pkey primary key (webhook_id, pattern)
);
create index webhook_patterns_wanted_idx on outbox.webhook_patterns (pattern, tenant, webhook_id);
comment on table outbox.webhook_patterns is 'webhooks.events, a row a pattern, so that matching looks webhooks up by pattern and tenant. Kept by a trigger.';
comment on column outbox.webhook_patterns.pattern is 'One of webhooks.events.';
comment on column outbox.webhook_patterns.tenant is 'webhooks.tenant. Null: of any tenant.';
comment on column outbox.webhook_patterns.webhook_id is 'The webhook that has it.';

create table outbox.webhook_secrets (
  webhook_id uuid not null references outbox.webhooks on delete cascade,
  secret     text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  constraint webhook_secrets_pkey primary key (webhook_id, created_at),
  constraint webhook_secrets_format check (secret ~ '^whsec_[A-Za-z0-9+/]+=*$')
);
revoke all on outbox.webhook_secrets from public;
comment on table outbox.webhook_secrets is 'Signing secrets. Readable by the relay''s role and the owner only.';
comment on column outbox.webhook_secrets.webhook_id is 'Whose secret it is.';
comment on column outbox.webhook_secrets.secret is 'whsec_ and base64, as in Standard Webhooks.';
comment on column outbox.webhook_secrets.created_at is 'When it was made.';
comment on column outbox.webhook_secrets.expires_at is 'Until when it still signs beside a newer one. Null: no end.';

create table outbox.pending_deliveries (
  id              uuid primary key,
  webhook_id      uuid not null,
  event_id        uuid not null,
  event_type      text not null,
  attempts        integer not null default 0,
  next_attempt_at timestamptz not null,
  leased_by       integer,
  created_at      timestamptz not null,
  constraint pending_deliveries_attempts_from_zero check (attempts >= 0)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
create index pending_deliveries_due_idx on outbox.pending_deliveries (webhook_id, next_attempt_at) where leased_by is null;
create index pending_deliveries_leased_idx on outbox.pending_deliveries (leased_by) where leased_by is not null;
comment on table outbox.pending_deliveries is 'Deliveries that failed or had to wait and are to be attempted again. Read them in the view outbox.webhook_deliveries.';
comment on column outbox.pending_deliveries.id is 'outbox.delivery_id(event_id, webhook_id).';
comment on column outbox.pending_deliveries.webhook_id is 'To whom.';
comment on column outbox.pending_deliveries.event_id is 'What.';
comment on column outbox.pending_deliveries.event_type is 'The event''s type.';
comment on column outbox.pending_deliveries.attempts is 'How many attempts have been made.';
comment on column outbox.pending_deliveries.next_attempt_at is 'When the next attempt is due.';
comment on column outbox.pending_deliveries.leased_by is 'The relay that is attempting it now. Null: nobody.';
comment on column outbox.pending_deliveries.created_at is 'When the delivery came to be.';

create table outbox.settled_deliveries (
  id               uuid not null,
  webhook_id       uuid not null,
  event_id         uuid not null,
  event_type       text not null,
  status           text not null,
  attempts         integer not null,
  created_at       timestamptz not null,
  attempted_at     timestamptz not null,
  duration_ms      real not null,
  response_status  integer,
  response_headers text,
  response_body    text,
  error            text,
  constraint settled_deliveries_pkey primary key (id),
  constraint settled_deliveries_status check (status in ('delivered', 'dead'))
) partition by range (id);
create table outbox.settled_deliveries_default partition of outbox.settled_deliveries default;
comment on table outbox.settled_deliveries is 'Deliveries that came to an end, each with its last attempt. Append-only. Read them in the view outbox.webhook_deliveries.';
comment on column outbox.settled_deliveries.id is 'outbox.delivery_id(event_id, webhook_id): begins with the event''s time, so that both live and go on the same day.';
comment on column outbox.settled_deliveries.webhook_id is 'To whom.';
comment on column outbox.settled_deliveries.event_id is 'What.';
comment on column outbox.settled_deliveries.event_type is 'The event''s type.';
comment on column outbox.settled_deliveries.status is 'delivered: answered with 2xx. dead: given up after the last attempt.';
comment on column outbox.settled_deliveries.attempts is 'How many attempts were made; the last one stands in this row, the others in outbox.earlier_attempts.';
comment on column outbox.settled_deliveries.created_at is 'When the delivery came to be.';
comment on column outbox.settled_deliveries.attempted_at is 'When the last attempt began.';
comment on column outbox.settled_deliveries.duration_ms is 'How long the last attempt took, in milliseconds.';
comment on column outbox.settled_deliveries.response_status is 'The HTTP status of the last attempt. Null: no answer.';
comment on column outbox.settled_deliveries.response_headers is 'Its headers, a JSON object. Null: no answer.';
comment on column outbox.settled_deliveries.response_body is 'The beginning of its body. Null: no answer.';
comment on column outbox.settled_deliveries.error is 'Why there was no answer, in words. Null: there was one.';
comment on table outbox.settled_deliveries_default is 'The net under the day partitions. Normally empty.';

create table outbox.earlier_attempts (
  delivery_id      uuid not null,
  webhook_id       uuid not null,
  attempt          integer not null,
  attempted_at     timestamptz not null,
  duration_ms      real not null,
  response_status  integer,
  response_headers text,
  response_body    text,
  error            text,
  constraint earlier_attempts_pkey primary key (delivery_id, attempt),
  constraint earlier_attempts_from_one check (attempt >= 1)
) partition by range (delivery_id);
create table outbox.earlier_attempts_default partition of outbox.earlier_attempts default;
comment on table outbox.earlier_attempts is 'Attempts that did not settle their delivery. Append-only. Read all attempts in the view outbox.webhook_attempts.';
comment on column outbox.earlier_attempts.delivery_id is 'The delivery.';
comment on column outbox.earlier_attempts.webhook_id is 'To whom.';
comment on column outbox.earlier_attempts.attempt is 'Counted from 1.';
comment on column outbox.earlier_attempts.attempted_at is 'When it began.';
comment on column outbox.earlier_attempts.duration_ms is 'How long it took, in milliseconds.';
comment on column outbox.earlier_attempts.response_status is 'The HTTP status. Null: no answer.';
comment on column outbox.earlier_attempts.response_headers is 'The answer''s headers, a JSON object. Null: no answer.';
comment on column outbox.earlier_attempts.response_body is 'The beginning of the answer''s body. Null: no answer.';
comment on column outbox.earlier_attempts.error is 'Why there was no answer, in words. Null: there was one.';
comment on table outbox.earlier_attempts_default is 'The net under the day partitions. Normally empty.';
