create or replace function outbox.backfill_query(p_watch outbox.watches, p_condition text)
returns text language sql stable as $$
  select concat(
    'insert into outbox.events (type, key, tenant, data, context, only_for)',
    E'\nselect ', quote_literal(p_watch.event_type), ', r.key, r.tenant, r.data, outbox.current_context(), $1',
    E'\nfrom (', outbox.backfill_rows(p_watch, 'backfill', outbox.relation_name(p_watch.relation) || ' as new'),
    E'\nwhere ', coalesce(E'(\n' || p_condition || E'\n)', 'true'), ') as r')
$$;
comment on function outbox.backfill_query(outbox.watches, text) is
  'The statement that makes events of existing rows; $1 is the webhook that they are meant for, or null.';
