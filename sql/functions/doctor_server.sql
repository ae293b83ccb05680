create or replace function outbox.doctor_server()
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select 'warning', 'setting ' || s.name, format('It is off: %s.', x.effect),
         null::timestamptz, format(E'alter system set %s = on;\nselect pg_reload_conf()', s.name)
  from pg_settings as s
  join (values
    ('autovacuum', 'pending_deliveries and batches, which are updated all the time, grow and slow down'),
    ('track_counts', 'autovacuum does not know what to vacuum'),
    ('fsync', 'a crash of the machine can lose events that were committed, or damage the database'),
    ('full_page_writes', 'a crash of the machine can damage the database')) as x (name, effect) on x.name = s.name
  where s.setting = 'off'
  union all
  select 'info', 'setting max_prepared_transactions',
         format('It is %s: transactions can be prepared, which forbids NOTIFY, so writers do not ring and relays poll.', s.setting),
         null, 'If nobody prepares transactions here: alter system set max_prepared_transactions = 0, and restart the server.'
  from pg_settings as s
  where s.name = 'max_prepared_transactions' and s.setting <> '0'
$$;
comment on function outbox.doctor_server() is
  'Finds settings of the server that put events at risk or slow the relays down.';
