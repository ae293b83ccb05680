create or replace function outbox.doctor_batches(p_now timestamptz default now())
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  select 'warning', format('batch %s', b.id),
         case when b.leased_by is null then 'No relay has taken it: relays have more to do than they can, or none is at work.'
              when r.id is null then format('It is leased to relay %s, which is not registered, so nobody works on it.', b.leased_by)
              else format('Relay %s (%s) has not finished it: its events are being sent, or the relay is stuck.', r.id, r.name) end,
         b.created_at,
         case when b.leased_by is not null and r.id is null then format('update outbox.batches set leased_by = null where id = %s and leased_by = %s', b.id, b.leased_by)
              else 'See what the relays do: select * from outbox.relays' end
  from (select o.* from outbox.batches as o order by o.id limit 1) as b
  left join outbox.registered_relays as r on r.id = b.leased_by
  where b.created_at < p_now - interval '5 min'
$$;
comment on function outbox.doctor_batches(timestamptz) is
  'Finds that the oldest batch has been open for more than five minutes.';
