/**
 * The relay: gets events out of the log, sends them, and writes down what came of it.
 *
 *   intake ──▶ lanes ──▶ sender ──▶ recorder
 *     ▲ rings (wake), due times        │
 *     └──────── Postgres ◀─────────────┘
 *
 * Nothing is sent before the batch is leased and committed, and no transaction is open while a request is under way.
 */
import { hostname } from 'node:os'
import type { Log } from '../sql/log.ts'
import { version } from '../sql/package.ts'
import { createActivity } from './activity.ts'
import { createAttempt } from './attempt.ts'
import type { RelayConfig } from './config.ts'
import { createDoorbell } from './doorbell.ts'
import { createPersistence, describe } from './insist.ts'
import { createBatches } from './batches.ts'
import { createChores } from './chores.ts'
import { createDue } from './due.ts'
import { createIntake } from './intake.ts'
import { createLanes } from './lanes.ts'
import { createLeases } from './leases.ts'
import { createMaintenance } from './maintenance.ts'
import { createPresence } from './presence.ts'
import { disableWebhook } from './queries.ts'
import { createRecorder } from './recorder.ts'
import { createSender } from './send.ts'
import { createSession } from './session.ts'
import { createSignal } from './signal.ts'
import { createWake } from './wake.ts'
import { createWebhookReader } from './webhooks.ts'

export interface Relay {
  /** Resolves when the relay is registered, listens and works. */
  start(): Promise<void>
  /** Claims nothing more, waits for attempts under way (at most the grace period), writes results, frees the rest. */
  stop(): Promise<void>
}

export function createRelay(deps: { config: RelayConfig; log: Log }): Relay {
  const { config, log } = deps
  const signal = createSignal()
  const persistence = createPersistence(log, createSignal)
  const onLost = (name: string) => () => log.warn('database.lost', { connection: name })

  const claim_session = createSession({ url: config.database_url, name: 'relay claim', onLost: onLost('claim') })
  const record_session = createSession({ url: config.database_url, name: 'relay record', onLost: onLost('record') })
  const upkeep_session = createSession({ url: config.database_url, name: 'relay upkeep', onLost: onLost('upkeep') })
  const lock_session = createSession({
    url: config.listen_url,
    name: 'relay locks',
    async onConnect(client) {
      await client.query(`set lock_timeout = '1s'`)
    },
    onLost() {
      onLost('locks')()
      presence.restore()
      doorbell.lost()
    },
  })
  const sender = createSender()
  const leases = createLeases()
  const doorbell = createDoorbell({ session: claim_session, lock_session, persistence })
  const presence = createPresence({
    session: upkeep_session,
    lock_session,
    persistence,
    log,
    name: `${hostname()}:${process.pid}`,
    version,
    lease_s: config.lease_s,
    onFreed() {
      intake.doubt()
      dueChanged()
    },
    onLost() {
      lanes.empty()
      leases.batches.clear()
      leases.deliveries.clear()
      intake.doubt()
    },
  })
  const wake = createWake({
    url: config.listen_url,
    session: upkeep_session,
    persistence,
    log,
    // A ring may also tell of a webhook that was enabled or a delivery that was resent.
    onRing() {
      due.rang()
      chores.rang()
      signal.raise()
    },
  })
  const activity = createActivity({ session: upkeep_session, persistence })
  const recorder = createRecorder({
    session: record_session,
    persistence,
    leases,
    relay: () => presence.id(),
    onMoved(moved) {
      for (const { id, webhook_id, status } of moved) {
        if (status !== 'dead') continue
        log.warn('delivery.dead', { delivery_id: id })
        activity.died(webhook_id)
      }
      dueChanged()
    },
    onParked: () => dueChanged(),
  })
  const attempt = createAttempt({ sender, recorder, activity, log, relay: () => presence.id(), onGone })
  const lanes = createLanes({
    send: (webhook, delivery, done) => attempt.send(webhook, delivery, done),
    park: (delivery) => recorder.parked(delivery),
    roomy: () => dueChanged(),
    webhooks: createWebhookReader({
      session: claim_session,
      default_timeout_ms: config.timeout_ms,
      longest_timeout_ms: (config.lease_s * 1000) / 2,
    }),
  })
  const claiming = { session: claim_session, lanes, recorder, leases, relay: () => presence.id() }
  const due = createDue(claiming)
  const intake = createIntake({
    ...claiming,
    persistence,
    batches: createBatches(claiming),
    due,
    doorbell,
    signal,
    log,
    hearing: () => wake.hearing,
  })
  const chores = createChores({ session: upkeep_session, persistence, onMade: () => dueChanged() })
  const maintenance = createMaintenance({ session: upkeep_session, log })

  function dueChanged(): void {
    due.changed()
    signal.raise()
  }

  /** 410 Gone asks to send nothing more. What is pending is held, not lost. */
  function onGone(webhook_id: string): void {
    upkeep_session
      .query(disableWebhook, [webhook_id, 'The receiver answered 410 Gone.'])
      .then(() => {
        log.warn('webhook.disabled', { webhook_id, reason: 'gone' })
        lanes.get(webhook_id)?.empty()
      })
      .catch((error: unknown) => log.error('webhook.not_disabled', { webhook_id, ...describe(error) }))
  }

  let running: Promise<void> | null = null
  let stopping: Promise<void> | null = null

  const stop = async () => {
    intake.stop()
    const stopped = Promise.race([running, delay(1_000)])
    chores.stop()
    lanes.stop()
    lanes.empty()
    await maintenance.stop()
    await stopped
    lanes.empty()
    const deadline = performance.now() + config.grace_ms
    while (lanes.running() > 0 && performance.now() < deadline) await delay(20)
    attempt.cutOff()
    persistence.stop()
    presence.stop()
    await Promise.race([recorder.drain(), delay(5_000)])
    // What the recorder has just written may have been the end of a delivery.
    await Promise.race([activity.stop(), delay(2_000)])
    await Promise.race([presence.retire().catch(() => {}), delay(2_000)])
    await wake.stop()
    await Promise.all([claim_session.close(), record_session.close(), upkeep_session.close(), lock_session.close()])
    log.info('relay.stopped', { relay: presence.id() })
  }

  return {
    async start() {
      await presence.start()
      await maintenance.start()
      if (config.notify) await wake.start()
      running = intake.run()
      void chores.run()
      void activity.run()
      log.info('relay.ready', { relay: presence.id(), version, listening: wake.hearing })
    },
    stop: () => (stopping ??= stop()),
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
