create or replace function outbox.missed(webhook_id uuid)
returns table (event_id uuid, event_type text, key text, tenant text, occurred_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_webhook outbox.webhooks := outbox.find_webhook(missed.webhook_id);
  -- What counts is when an event was read, and from when on relays saw the change: an event may have been unread for a
  -- while when the webhook was disabled, and whoever enabled it may have committed late.
  c_margin  constant interval := '10 min';
  v_span    outbox.disabled_spans;
  v_after   uuid := outbox.uuid_at(v_webhook.created_at - interval '1 s');
  v_before  uuid;
  v_ids     uuid[];
begin
  for v_span in select s.* from outbox.disabled_spans as s where s.webhook_id = missed.webhook_id order by s.disabled_at loop
    v_after := greatest(v_after, outbox.uuid_at(v_span.disabled_at - c_margin));
    v_before := outbox.uuid_at(coalesce(v_span.enabled_at + c_margin, 'infinity'));
    loop
      v_ids := outbox.log_portion(v_after, v_before, null, 5000);
      exit when v_ids is null;
      v_after := v_ids[cardinality(v_ids)];
      return query
        select e.id, e.type, e.key, e.tenant, e.occurred_at
        from outbox.replayable(v_ids, array[missed.webhook_id], 'missed') as r
        join outbox.events as e on e.id = r.event_id
        where e.id between v_ids[1] and v_after
        order by e.id;
    end loop;
  end loop;
end
$$;
comment on function outbox.missed(uuid) is
  'The events that a webhook would have got while it was disabled, as far as it wants them now, and has no delivery of, oldest first. outbox.replay(…, which => ''missed'') sends them. Raises OB002 for an unknown webhook.';
