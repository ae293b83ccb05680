create or replace function outbox.callable_by(p_role text)
returns text[] language sql immutable as $$
  select case p_role
    when 'outbox_emitter' then '{emit}'::text[]
    when 'outbox_admin' then '{
      take_headers, add_first_secret, rotate_secret,
      watch, unwatch, watch_tickets, watch_workflows, watch_workflow_steps, watch_test_runs, watch_status, check_expression, check_rights,
      check_watch, preview_watch, preview_event,
      store_watch, install_triggers, recompile_captures, backfill, emit, uuidv7, template_id, ring,
      send_test, resend, resend_all, replay, cancel_replay, pause, resume, make_partitions, audit,
      create_token, revoke_token, authenticate_token, create_login_link, use_login_link, start_session, session_of, end_session}'
    when 'outbox_relay' then '{
      register_relay, renew_relay, retire_relay, suspect_relays, retire_dead_relays, release_unknown, release_deliveries,
      notify_is_contended, writers_ring, ring, next_batch, cut_batches, unread_events, queue_ordered, queue_in_order, lock_order,
      batch_matches, settle_loops, claim_due, held_batches, finish_batches, record_delivered, record_pending, record_attempts,
      record_activity, release_successors, do_chores, close_bursts, advance_replays, learn_event_types, add_first_secret,
      reveal_secret, disable_webhook, template_id, make_partitions, drop_expired_partitions, recompile_captures}'
    else '{}' end
$$;
comment on function outbox.callable_by(text) is
  'The functions that change something and that a role of ours may call. It may call all others of ours besides, except the emitter.';
