/** Every statement of the relay: one call of one function, or a select. */

export const registerRelay = {
  name: 'register_relay',
  text: `select outbox.register_relay($1, $2, make_interval(secs => $3)) as id`,
}
export const holdPresence = { name: 'hold_presence', text: `select pg_advisory_lock(1869968483, $1)` }
export const ping = { name: 'ping', text: `select 1` }
export const renewRelay = {
  name: 'renew_relay',
  text: `select outbox.renew_relay($1, make_interval(secs => $2)) as renewed`,
}
export const retireRelay = { name: 'retire_relay', text: `select outbox.retire_relay($1) as freed` }
export const suspectRelays = { name: 'suspect_relays', text: `select outbox.suspect_relays($1) as suspects` }
export const retireDeadRelays = {
  name: 'retire_dead_relays',
  text: `select relay, name, reason, freed from outbox.retire_dead_relays($1, $2)`,
}

export const takeBell = { name: 'take_bell', text: `select pg_advisory_lock(1869968482, 1)` }
export const releaseBell = { name: 'release_bell', text: `select pg_advisory_unlock(1869968482, 1)` }
export const drawTransactionId = { name: 'draw_transaction_id', text: `select pg_current_xact_id()::text as txid` }
export const allEndedBefore = {
  name: 'all_ended_before',
  text: `select pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8 as ended`,
}
export const notifyIsContended = {
  name: 'notify_is_contended',
  text: `select outbox.notify_is_contended() as contended`,
}
export const ring = { name: 'ring', text: `select pg_notify('outbox', '')` }
export const writersRing = { name: 'writers_ring', text: `select outbox.writers_ring() as ring` }

export const nextBatch = { name: 'next_batch', text: `select batch_id, id, type, body from outbox.next_batch($1)` }
export const batchMatches = {
  name: 'batch_matches',
  text: `select webhook_id, version, event_ids::text, template_id, bodies from outbox.batch_matches($1)`,
}
export const learnEventTypes = { name: 'learn_event_types', text: `select outbox.learn_event_types($1)` }
export const claimDue = {
  name: 'claim_due',
  text: `select id, webhook_id, version, event_id, event_type, attempt, template_id, body from outbox.claim_due($1, $2, $3, $4, $5)`,
}
export const nextDueIn = {
  name: 'next_due_in',
  text: `select (extract(epoch from outbox.next_due_at() - clock_timestamp()) * 1000)::float8 as ms`,
}

export const relayWebhooks = {
  name: 'relay_webhooks',
  text: `select id, version, url, max_in_flight, rate_limit, timeout_ms, paused, headers, hub_signature, secrets from outbox.relay_webhooks($1)`,
}
export const addFirstSecret = { name: 'add_first_secret', text: `select outbox.add_first_secret($1, $2)` }
export const disableWebhook = { name: 'disable_webhook', text: `select outbox.disable_webhook($1, $2) as disabled` }

export const recordDelivered = {
  name: 'record_delivered',
  text: `select outbox.record_delivered($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
}
export const recordPending = {
  name: 'record_pending',
  text: `select outbox.record_pending($1, $2, $3, $4, $5, $6, $7)`,
}
export const recordAttempts = {
  name: 'record_attempts',
  text: `select id, webhook_id, status, next_attempt_at from outbox.record_attempts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
}
export const releaseDeliveries = { name: 'release_deliveries', text: `select outbox.release_deliveries($1, $2)` }
export const releaseUnknown = { name: 'release_unknown', text: `select outbox.release_unknown($1, $2, $3) as freed` }
export const finishBatches = { name: 'finish_batches', text: `select outbox.finish_batches($1, $2)` }

export const recordActivity = { name: 'record_activity', text: `select outbox.record_activity($1)` }
export const doChores = { name: 'do_chores', text: `select made, wait_ms from outbox.do_chores()` }

export const makePartitions = { name: 'make_partitions', text: `select outbox.make_partitions() as made` }
export const dropExpiredPartitions = {
  name: 'drop_expired_partitions',
  text: `select partition_name, outcome from outbox.drop_expired_partitions()`,
}
export const recompileCaptures = {
  name: 'recompile_captures',
  text: `select outbox.recompile_captures()::text as relation`,
}

export const secretsOf = {
  name: 'secrets_of',
  text: `select s.secret from outbox.webhook_secrets as s where s.webhook_id = $1 and (s.expires_at is null or s.expires_at > now())`,
}
export const secretsByPort = {
  name: 'secrets_by_port',
  text: `
    select s.secret
    from outbox.webhook_secrets as s
    join outbox.webhooks as w on w.id = s.webhook_id
    where w.url ~* ('^http://(localhost|127\\.0\\.0\\.1|\\[::1\\]):' || $1 || '([/?]|$)') and (s.expires_at is null or s.expires_at > now())`,
}
