create or replace function outbox.mark_statement()
returns trigger language plpgsql as $$
begin
  perform set_config('outbox.headers_statement', gen_random_uuid()::text, true);
  return null;
end
$$;
comment on function outbox.mark_statement() is
  'Trigger of outbox.webhooks: tells statements apart, so that header values that an insert handed over in vain (on conflict do nothing) are not taken for those of a later one.';

create or replace trigger mark_statement before insert or update on outbox.webhooks
  for each statement execute function outbox.mark_statement();
