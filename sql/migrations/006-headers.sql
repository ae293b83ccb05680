-- Headers of a webhook's own. Their values are secrets: they live in a table of their own, as signing secrets do.

-- Its result changes; the new one is made from its file.
drop function if exists outbox.relay_webhooks(uuid[]);

alter table outbox.webhooks
  add column headers       json,
  add column hub_signature boolean not null default false;
comment on column outbox.webhooks.headers is 'Headers that every request carries besides ours: a JSON object of names and values. Values can be written, never read: *** stands for one that is kept. Null: none.';
comment on column outbox.webhooks.hub_signature is 'Whether requests also carry X-Hub-Signature-256 as GitHub''s do: the HMAC of the body alone, keyed with the text of the newest secret.';

create table outbox.webhook_headers (
  webhook_id uuid not null references outbox.webhooks on delete cascade,
  name       text not null,
  value      text not null,
  constraint webhook_headers_pkey primary key (webhook_id, name),
  constraint webhook_headers_name check (name = lower(name)),
  constraint webhook_headers_value check (length(value) <= 2000 and value ~ '^[!-~]([ -~\t]*[!-~])?$')
);
revoke all on outbox.webhook_headers from public;
comment on table outbox.webhook_headers is 'Values of webhooks.headers. Readable by the relay''s role and the owner only. Kept by a trigger.';
comment on column outbox.webhook_headers.webhook_id is 'Whose requests carry it.';
comment on column outbox.webhook_headers.name is 'Its name in lower case; webhooks.headers has it as it is sent.';
comment on column outbox.webhook_headers.value is 'Its value.';
