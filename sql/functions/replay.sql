create or replace function outbox.replay(
  webhook_id uuid, since timestamptz, until timestamptz default now(), event_types text[] default null, dry_run boolean default false,
  which text default 'all', rate_limit integer default 100)
returns table (replay_id bigint, for_webhook uuid, url text, deliveries bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_webhook outbox.webhooks;
begin
  perform outbox.check_replay(since, until, event_types, which, rate_limit);
  if webhook_id is not null then
    v_webhook := outbox.find_webhook(webhook_id);
    if not dry_run then perform outbox.check_can_send(v_webhook); end if;
  end if;
  for for_webhook, url, deliveries in
    select w.id, w.url, coalesce(c.deliveries, 0)
    from outbox.webhooks as w
    left join outbox.count_replay(
      case when webhook_id is null then array(select h.id from outbox.webhooks as h where h.enabled) else array[webhook_id] end,
      since, until, event_types, which) as c on c.webhook_id = w.id
    where w.id = webhook_id or (webhook_id is null and w.enabled and c.deliveries > 0)
    order by w.url, w.id
  loop
    if not dry_run then
      insert into outbox.replays as r (webhook_id, since, until, event_types, which, rate_limit, total)
      values (for_webhook, since, until, event_types, which, rate_limit, deliveries)
      returning r.id into replay_id;
    end if;
    return next;
  end loop;
  perform outbox.ring();
end
$$;
comment on function outbox.replay(uuid, timestamptz, timestamptz, text[], boolean, text, integer) is
  'Sends the events of a span to a webhook again (null: to every enabled one), as far as they match now; relays carry it out at rate_limit deliveries a second. which: all, missed (those without a delivery) or dead (those given up). A dry run only counts. Returns a row for each webhook: the replay in outbox.replays, and how many deliveries it is. Raises OB001 for a value that does not fit or a disabled webhook, OB002 for an unknown one.';
