create or replace function outbox.explain_progress(p_event outbox.events, p_halt text, out progress text, out queued_for uuid[], out matched_from timestamptz)
language plpgsql stable as $$
declare
  v_batch outbox.batches;
begin
  if not pg_visible_in_snapshot(p_event.txid, (select c.seen from outbox.event_cursor as c)) then
    progress := concat_ws('; ', 'not read yet', p_halt,
      case when outbox.loops_among(array[p_event.id], p_event.id, p_event.id) <> '{}' then 'will not be sent: ' || outbox.loop_text() end);
    return;
  end if;
  select b.* into v_batch
  from outbox.batches as b
  where b.first_id <= p_event.id and b.last_id >= p_event.id and p_event.id = any (b.event_ids)
  limit 1;
  if not found then return; end if;
  queued_for := v_batch.ordered_for;
  if v_batch.leased_by is not null then matched_from := v_batch.created_at; end if;
  progress := case when v_batch.leased_by is not null then 'read, being sent by ' || outbox.relay_text(v_batch.leased_by)
    else concat_ws('; ', 'read, waits for a relay', p_halt) end;
end
$$;
comment on function outbox.explain_progress(outbox.events, text, out text, out uuid[], out timestamptz) is
  'How far an event is on its way to the webhooks that have no delivery of it yet, in words; the ordered webhooks whose deliveries have been queued already; and since when the others may have been matched. Null words: relays are done with it.';
