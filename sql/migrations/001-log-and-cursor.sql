-- The log of events, the cursor that reads it, and what decides how both behave.
-- Schema `outbox` and the bookkeeping of the migrations exist already (sql/migrate.ts makes them).

create table outbox.settings (
  id                   boolean  primary key default true,
  notify               boolean  not null default true,
  strict_event_types   boolean  not null default false,
  max_payload_bytes    integer  not null default 262144,
  retention            interval not null default '30 days',
  retry_schedule       interval[] not null default '{5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h}',
  max_retry_after      interval not null default '24 h',
  constraint settings_one_row check (id),
  constraint settings_payload_size check (max_payload_bytes between 1024 and 16777216),
  constraint settings_retention_a_day check (retention >= '1 day'),
  constraint settings_schedule_without_nulls check (array_position(retry_schedule, null) is null),
  constraint settings_schedule_length check (cardinality(retry_schedule) <= 100),
  constraint settings_schedule_positive check ('0 s'::interval <= all (retry_schedule)),
  constraint settings_retry_after_bounds check (max_retry_after between '0 s' and '7 days')
);
insert into outbox.settings default values;
comment on table outbox.settings is 'How this installation behaves. One row; change it with UPDATE.';
comment on column outbox.settings.id is 'Always true: there is one row.';
comment on column outbox.settings.notify is 'Whether writers ring the relay with NOTIFY when it sleeps. Turn it off where transactions are prepared (PREPARE TRANSACTION forbids NOTIFY): the relay then polls.';
comment on column outbox.settings.strict_event_types is 'Whether outbox.emit refuses a type that outbox.event_types does not hold.';
comment on column outbox.settings.max_payload_bytes is 'Size of an event''s data above which a captured event is kept without its row (payload_omitted) and outbox.emit refuses, in bytes.';
comment on column outbox.settings.retention is 'How long events, deliveries and attempts are kept. A day that still holds unfinished work is kept longer.';
comment on column outbox.settings.retry_schedule is 'Waits after the first, second … failed attempt, for webhooks without a schedule of their own. After the last one the delivery is dead.';
comment on column outbox.settings.max_retry_after is 'The longest wait that a receiver may ask for with Retry-After.';

create table outbox.event_types (
  type        text primary key,
  description text,
  schema      json,
  example     json,
  source      text not null default 'custom',
  created_at  timestamptz not null default now(),
  constraint event_types_name check (type ~ '^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$' and length(type) <= 128),
  constraint event_types_source check (source in ('built in', 'watch', 'custom'))
);
comment on table outbox.event_types is 'The catalog of event types: what a webhook can ask for.';
comment on column outbox.event_types.type is 'noun.past_tense, such as ticket.created.';
comment on column outbox.event_types.description is 'When the event happens, in a sentence. Null where nobody wrote one.';
comment on column outbox.event_types.schema is 'JSON Schema of the event''s data. Null: any.';
comment on column outbox.event_types.example is 'An example of the event''s data. Null: none given.';
comment on column outbox.event_types.source is 'built in: made by a preset; watch: made by outbox.watch; custom: defined by a person or first seen in outbox.emit.';
comment on column outbox.event_types.created_at is 'When the type entered the catalog.';
insert into outbox.event_types (type, source, description) values
  ('ticket.created',          'built in', 'A ticket was inserted.'),
  ('ticket.updated',          'built in', 'A ticket changed.'),
  ('ticket.status_changed',   'built in', 'The status of a ticket changed. Sent beside ticket.updated.'),
  ('workflow.started',        'built in', 'A workflow entered one of its started statuses.'),
  ('workflow.completed',      'built in', 'A workflow entered one of its completed statuses.'),
  ('workflow.step_completed', 'built in', 'A step of a workflow entered one of its completed statuses.'),
  ('test.run_created',        'built in', 'A test run was inserted.'),
  ('test.run_completed',      'built in', 'A test run entered one of its completed statuses.');

-- Postgres 18 makes time-ordered uuids itself; older servers get the same layout (RFC 9562, version 7) from SQL.
do $$
begin
  if current_setting('server_version_num')::integer >= 180000 then
    execute 'create function outbox.uuidv7() returns uuid language sql volatile parallel safe return pg_catalog.uuidv7()';
  else
    execute $f$
      create function outbox.uuidv7() returns uuid language sql volatile parallel safe return
        encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
          placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
          52, 1), 53, 1), 'hex')::uuid $f$;
  end if;
end $$;
comment on function outbox.uuidv7() is 'A new time-ordered uuid (RFC 9562, version 7): 48 bits of milliseconds, the rest random.';

create table outbox.events (
  id          uuid not null default outbox.uuidv7(),
  type        text not null,
  key         text,
  tenant      text,
  data        json not null,
  context     json,
  txid        xid8 not null default pg_current_xact_id(),
  occurred_at timestamptz not null default clock_timestamp(),
  constraint events_pkey primary key (id)
) partition by range (id);
create index events_txid_idx on outbox.events (txid);
create table outbox.events_default partition of outbox.events default;
comment on table outbox.events is 'The log: what happened, in the transaction in which it happened. Append-only, a partition a day (UTC), dropped by retention.';
comment on column outbox.events.id is 'Time-ordered (uuid version 7); sent as webhook-id. Ids do not commit in order.';
comment on column outbox.events.type is 'Such as ticket.created.';
comment on column outbox.events.key is 'What the event is about: the key of the row (several columns: a JSON array), or what outbox.emit was given. Null: a table without a key.';
comment on column outbox.events.tenant is 'Whose event it is: the value of the watch''s tenant column, or what outbox.emit was given. Null: nobody''s in particular.';
comment on column outbox.events.data is 'The "data" of the body that is sent, as the exact text.';
comment on column outbox.events.context is 'What the writer set as outbox.context: actor, request id. Null: nothing.';
comment on column outbox.events.txid is 'The transaction that wrote the event. The cursor reads by it.';
comment on column outbox.events.occurred_at is 'When the change was made (the server''s clock at that moment, not at the start of its transaction).';
comment on table outbox.events_default is 'The net under the day partitions: catches events when no partition was made ahead. Normally empty.';

create table outbox.idempotency_keys (
  key        text primary key,
  event_id   uuid not null,
  created_at timestamptz not null default now()
);
comment on table outbox.idempotency_keys is 'Keys that outbox.emit was given, so that a repeated call makes no second event. Kept as long as events.';
comment on column outbox.idempotency_keys.key is 'As given by the caller.';
comment on column outbox.idempotency_keys.event_id is 'The event that the first call with this key made.';
comment on column outbox.idempotency_keys.created_at is 'When the first call was made.';

create table outbox.relays (
  id          integer generated always as identity primary key,
  name        text not null,
  version     text not null,
  started_at  timestamptz not null default now(),
  alive_until timestamptz not null
);
comment on table outbox.relays is 'The relay processes at work. Each also holds an advisory lock of its own for as long as its session lives.';
comment on column outbox.relays.id is 'The number that batches and pending deliveries are leased to.';
comment on column outbox.relays.name is 'Host name and process id.';
comment on column outbox.relays.version is 'The version of the relay''s program.';
comment on column outbox.relays.started_at is 'When it registered.';
comment on column outbox.relays.alive_until is 'The end of its lease. A relay that has not renewed it by then is taken for hung, and others take over what it held.';

create table outbox.event_cursor (
  id                boolean primary key default true,
  seen              pg_snapshot not null,
  cut_at            timestamptz not null default now(),
  system_identifier bigint not null,
  database_oid      oid not null,
  constraint event_cursor_one_row check (id)
);
insert into outbox.event_cursor (seen, system_identifier, database_oid)
select pg_current_snapshot(), control.system_identifier, db.oid
from pg_control_system() as control, pg_database as db
where db.datname = current_database();
comment on table outbox.event_cursor is 'How far the log has been read. One row.';
comment on column outbox.event_cursor.id is 'Always true: there is one row.';
comment on column outbox.event_cursor.seen is 'The events of transactions visible in this snapshot have been cut into batches; all others have not.';
comment on column outbox.event_cursor.cut_at is 'When the cursor last moved.';
comment on column outbox.event_cursor.system_identifier is 'The cluster in which seen has a meaning: transaction ids start anew in a restored copy.';
comment on column outbox.event_cursor.database_oid is 'The database in which seen was taken; another one is a copy.';

create table outbox.batches (
  id          bigint generated always as identity primary key,
  event_ids   uuid[] not null,
  first_id    uuid not null,
  last_id     uuid not null,
  leased_by   integer,
  take_overs  integer not null default 0,
  created_at  timestamptz not null default now()
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
create index batches_free_idx on outbox.batches (id) where leased_by is null;
comment on table outbox.batches is 'Events that have been read from the log and are being matched and sent. A batch is gone once each of its deliveries is recorded.';
comment on column outbox.batches.id is 'Number of the batch.';
comment on column outbox.batches.event_ids is 'The events, oldest first.';
comment on column outbox.batches.first_id is 'The smallest of event_ids, so that reading them touches only their partitions.';
comment on column outbox.batches.last_id is 'The largest of event_ids.';
comment on column outbox.batches.leased_by is 'The relay that works on it. Null: free for any relay.';
comment on column outbox.batches.take_overs is 'How many relays died or hung over it.';
comment on column outbox.batches.created_at is 'When it was cut from the log.';
