-- Who may use the API and the pages, and what they changed. Tokens and sessions are known by their hashes only.

create table outbox.api_tokens (
  id           uuid primary key default gen_random_uuid(),
  name         text not null,
  scope        text not null,
  token_hash   bytea not null,
  beginning    text not null,
  created_by   text not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  constraint api_tokens_name check (name ~ '\S' and length(name) <= 100),
  constraint api_tokens_scope check (scope in ('read', 'write', 'admin')),
  constraint api_tokens_hash check (length(token_hash) = 32)
);
create unique index api_tokens_hash_idx on outbox.api_tokens (token_hash);
-- A revoked token stays, for the audit log; its name is free again.
create unique index api_tokens_name_idx on outbox.api_tokens (name) where revoked_at is null;
comment on table outbox.api_tokens is 'Tokens for the API and the login. Made by outbox.create_token, ended by outbox.revoke_token.';
comment on column outbox.api_tokens.id is 'Names the token without telling it.';
comment on column outbox.api_tokens.name is 'Who uses it, for the audit log.';
comment on column outbox.api_tokens.scope is 'read: look at everything but secrets (viewer). write: also change webhooks, emit, test, resend, replay (operator). admin: also secrets, tokens, watches, settings.';
comment on column outbox.api_tokens.token_hash is 'SHA-256 of the token. The token itself is shown once, when it is made, and kept nowhere.';
comment on column outbox.api_tokens.beginning is 'Its first characters, to recognise it by.';
comment on column outbox.api_tokens.created_by is 'Who made it.';
comment on column outbox.api_tokens.created_at is 'When it was made.';
comment on column outbox.api_tokens.expires_at is 'Until when it is accepted. Null: no end.';
comment on column outbox.api_tokens.revoked_at is 'Since when it is no longer accepted. Null: it is.';
comment on column outbox.api_tokens.last_used_at is 'When it was last used, to the minute. Null: never.';

create table outbox.login_links (
  link_hash  bytea primary key,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at    timestamptz,
  constraint login_links_hash check (length(link_hash) = 32)
);
comment on table outbox.login_links is 'Links that log a person in once, as admin: printed by outbox start. Made by outbox.create_login_link.';
comment on column outbox.login_links.link_hash is 'SHA-256 of the code in the link.';
comment on column outbox.login_links.created_at is 'When it was made.';
comment on column outbox.login_links.expires_at is 'Until when it can be used.';
comment on column outbox.login_links.used_at is 'When it was used. Null: not yet.';

create table outbox.admin_sessions (
  session_hash bytea primary key,
  name         text not null,
  scope        text not null,
  token_id     uuid references outbox.api_tokens on delete cascade,
  token_hash   bytea,
  address      text,
  created_at   timestamptz not null default now(),
  seen_at      timestamptz not null default now(),
  expires_at   timestamptz not null,
  constraint admin_sessions_scope check (scope in ('read', 'write', 'admin')),
  constraint admin_sessions_hash check (length(session_hash) = 32)
);
create index admin_sessions_token_idx on outbox.admin_sessions (token_id);
comment on table outbox.admin_sessions is 'Who is logged in to the pages. Delete a row, and that person is logged out.';
comment on column outbox.admin_sessions.session_hash is 'SHA-256 of the value in the cookie.';
comment on column outbox.admin_sessions.name is 'Who it is, for the audit log: the name of the token that they logged in with.';
comment on column outbox.admin_sessions.scope is 'What they may do: as in outbox.api_tokens.';
comment on column outbox.admin_sessions.token_id is 'The token that they logged in with; the session ends with it. Null: OUTBOX_ADMIN_TOKEN, or a login link.';
comment on column outbox.admin_sessions.token_hash is 'SHA-256 of OUTBOX_ADMIN_TOKEN, where they logged in with that: another value ends the session. Null: they did not.';
comment on column outbox.admin_sessions.address is 'The address that they logged in from.';
comment on column outbox.admin_sessions.created_at is 'When they logged in.';
comment on column outbox.admin_sessions.seen_at is 'When they were last seen, to the minute.';
comment on column outbox.admin_sessions.expires_at is 'When they have to log in again.';

create table outbox.audit_log (
  id        bigint generated always as identity primary key,
  at        timestamptz not null default clock_timestamp(),
  actor     text not null,
  door      text not null,
  address   text,
  db_role   text not null,
  action    text not null,
  object_id text,
  before    json,
  after     json,
  constraint audit_log_door check (door in ('page', 'api', 'sql', 'command', 'relay'))
);
create index audit_log_object_idx on outbox.audit_log (object_id, id);
comment on table outbox.audit_log is 'Every change that a person or a relay made to webhooks, watches, settings, event types and tokens, and every act such as a resend or the reading of a secret. Append-only; kept as long as events, at least 90 days.';
comment on column outbox.audit_log.id is 'The order of the changes.';
comment on column outbox.audit_log.at is 'When.';
comment on column outbox.audit_log.actor is 'By whom: the name of the token or session, else the database role.';
comment on column outbox.audit_log.door is 'How: page, api, sql (psql and the like), command (outbox …), relay (by itself).';
comment on column outbox.audit_log.address is 'From where. Null: a local socket.';
comment on column outbox.audit_log.db_role is 'The database role that it was done with.';
comment on column outbox.audit_log.action is 'What, as noun.past_tense: webhook.updated, secret.revealed.';
comment on column outbox.audit_log.object_id is 'To what: the id of the webhook, delivery, token …; the type of an event type; the table of a watch.';
comment on column outbox.audit_log.before is 'The values that changed, as they were. Null: it is new, or nothing changed.';
comment on column outbox.audit_log.after is 'The values that changed, as they are now; of an act, its arguments. Null: it is gone.';

create table outbox.api_requests (
  owner        text not null,
  key          text not null,
  request_hash bytea not null,
  result       json,
  created_at   timestamptz not null default now(),
  constraint api_requests_pkey primary key (owner, key),
  constraint api_requests_key_length check (length(key) between 1 and 255)
);
create index api_requests_created_idx on outbox.api_requests (created_at);
comment on table outbox.api_requests is 'Requests that carried an Idempotency-Key, so that sending one twice does it once. Kept for a day.';
comment on column outbox.api_requests.owner is 'The token that sent it.';
comment on column outbox.api_requests.key is 'The Idempotency-Key.';
comment on column outbox.api_requests.request_hash is 'SHA-256 of method, path and body: a key that comes with another request is refused.';
comment on column outbox.api_requests.result is 'What the request made, without secrets: enough to answer it again.';
comment on column outbox.api_requests.created_at is 'When it came first.';
