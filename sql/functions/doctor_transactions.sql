create or replace function outbox.doctor_transactions(p_now timestamptz default now())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select 'warning', concat_ws(' ', b.kind, case when b.pid is null then b.what else 'of process ' || b.pid end),
         concat_ws(' ', format('It has written and is open for more than five minutes (%s).', concat_ws(', ', b.who, b.state)), b.effect,
                   case when b.pid is not null then 'Its last statement: ' || b.what end),
         b.since, b.mend
  from outbox.blockers as b
  where b.kind in ('transaction', 'prepared transaction') and b.since < p_now - interval '5 min'
$$;
comment on function outbox.doctor_transactions(timestamptz) is
  'Finds transactions that have written and are open for more than five minutes.';
