create or replace function outbox.lock_order(p_webhook_ids uuid[])
returns void language plpgsql as $$
declare
  v_key integer;
begin
  -- Always in the same order, so that two who lock several never wait for each other.
  for v_key in select distinct hashtext(u.id::text) from unnest(p_webhook_ids) as u (id) order by 1 loop
    perform pg_advisory_xact_lock(1869968484, v_key);
  end loop;
end
$$;
comment on function outbox.lock_order(uuid[]) is
  'Lets one transaction at a time change who comes next in the queues of these ordered webhooks: who queues up behind a delivery must not miss that it has just been settled.';
