create or replace function outbox.resend_all(
  webhook_id uuid, event_types text[] default null, key text default null, tenant text default null, response text default null, contains text default null,
  since timestamptz default null, until timestamptz default null, dry_run boolean default false, rate_limit integer default 100)
returns table (deliveries integer, more boolean) language plpgsql security definer
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan set jit = off
as $$
#variable_conflict use_variable
declare
  -- More would be a long transaction, and a queue before which nothing else of the webhook is sent for long.
  c_most    constant integer := 10000;
  v_webhook outbox.webhooks := outbox.find_webhook(webhook_id);
  v_search  outbox.delivery_search := outbox.delivery_search(
    webhook_id, '{dead}', event_types, key, tenant, response, contains, since, until, null, null, c_most, true);
  v_ids     uuid[];
  v_now     timestamptz := clock_timestamp();
begin
  perform outbox.check_replay('epoch', 'epoch', null, 'dead', rate_limit);
  if not dry_run then perform outbox.check_can_send(v_webhook); end if;
  v_search.max_rows := c_most + 1;
  v_ids := outbox.settled_matching(v_search);
  more := cardinality(v_ids) > c_most;
  v_ids := v_ids[:c_most];
  deliveries := cardinality(v_ids);
  if not dry_run and deliveries > 0 then
    perform outbox.redeliver(webhook_id, array(
      select l.event_id
      from outbox.list_deliveries(v_ids) as l
      where exists (select from outbox.events as e where e.id = l.event_id offset 0)));
    -- What is ordered waits for its predecessors instead.
    update outbox.pending_deliveries as d
    set next_attempt_at = v_now + (u.n - 1) * interval '1 s' / rate_limit
    from unnest(v_ids) with ordinality as u (id, n)
    where d.id = u.id and d.ordinal is null and d.leased_by is null;
    perform outbox.ring();
  end if;
  return next;
end
$$;
comment on function outbox.resend_all(uuid, text[], text, text, text, text, timestamptz, timestamptz, boolean, integer) is
  'Sends the dead deliveries of a webhook again for which all of the given arguments hold (null: any; as in outbox.find_deliveries), the oldest first, rate_limit a second, 10000 at most. A dry run only counts. Returns how many they are, and whether there are more: then call it again. outbox.replay(…, which => ''dead'') does it for any number, chosen by type and time. Raises OB001 for a value that does not fit or a disabled webhook, OB002 for an unknown one.';
