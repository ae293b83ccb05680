-- The rules that turn changes of tables into events.

create table outbox.watches (
  id             bigint generated always as identity primary key,
  relation       regclass not null,
  event_type     text not null,
  operation      text not null,
  condition      text,
  columns        text[],
  except_columns text[],
  key_columns    text[],
  ignore_columns text[],
  tenant_column  text,
  enrich         text,
  created_at     timestamptz not null default now(),
  constraint watches_rule_once unique (relation, event_type, operation),
  constraint watches_operation check (operation in ('insert', 'update', 'delete', 'truncate')),
  constraint watches_columns_one_list check (columns is null or except_columns is null)
);
comment on table outbox.watches is 'The rules that turn changes of tables into events. Written by outbox.watch and outbox.unwatch, which also compile them into the table''s capture function.';
comment on column outbox.watches.id is 'Number of the rule; a table''s rules are applied in this order.';
comment on column outbox.watches.relation is 'The watched table; of a partitioned table its root.';
comment on column outbox.watches.event_type is 'The event that the rule makes.';
comment on column outbox.watches.operation is 'insert, update, delete or truncate.';
comment on column outbox.watches.condition is 'SQL over new.* and old.*; the event is made when it is true. Null: always.';
comment on column outbox.watches.columns is 'The only columns that may enter the payload. Null: all but except_columns.';
comment on column outbox.watches.except_columns is 'Columns that never enter the payload. Null: none are kept out.';
comment on column outbox.watches.key_columns is 'The columns that identify the row. Null: the primary key.';
comment on column outbox.watches.ignore_columns is 'An update that changes only these is no event. Null: every change is one.';
comment on column outbox.watches.tenant_column is 'The column whose value is the event''s tenant. Null: none.';
comment on column outbox.watches.enrich is 'SQL giving json, over new.* and old.*, evaluated in the writer''s snapshot and sent as data.enriched. Null: nothing is added.';
comment on column outbox.watches.created_at is 'When the rule was made.';

create table outbox.capture_failures (
  id         bigint generated always as identity primary key,
  relation   text not null,
  event_type text not null,
  failed     text not null,
  sqlstate   text not null,
  message    text not null,
  txid       xid8 not null default pg_current_xact_id(),
  failed_at  timestamptz not null default clock_timestamp(),
  constraint capture_failures_failed check (failed in ('condition', 'payload', 'enrich'))
);
comment on table outbox.capture_failures is 'Changes for which a watch could not be evaluated. The application''s statement went through all the same.';
comment on column outbox.capture_failures.id is 'Number of the failure.';
comment on column outbox.capture_failures.relation is 'The watched table.';
comment on column outbox.capture_failures.event_type is 'The event that the rule would have made.';
comment on column outbox.capture_failures.failed is 'condition: no event was made; payload: the event was made without its row; enrich: the event was made without data.enriched.';
comment on column outbox.capture_failures.sqlstate is 'The error''s code.';
comment on column outbox.capture_failures.message is 'The error''s message.';
comment on column outbox.capture_failures.txid is 'The application''s transaction.';
comment on column outbox.capture_failures.failed_at is 'When it happened.';
