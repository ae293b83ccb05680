/** One attempt: sign, send, hand the result to the recorder. */
import type { Log } from '../sql/log.ts'
import type { Activity } from './activity.ts'
import type { Delivery, Event } from './delivery.ts'
import type { Outcome } from './outcome.ts'
import type { Recorder } from './recorder.ts'
import type { Sender } from './send.ts'
import { hubSignature, sign } from './sign.ts'
import { headersOf } from './target.ts'
import type { Webhook } from './webhooks.ts'

export interface Attempt {
  send(webhook: Webhook, delivery: Delivery, done: () => void): void
  /** Gives up all that is under way. It stays leased, so that another relay makes the attempt. */
  cutOff(): void
}

export function createAttempt(deps: {
  sender: Sender
  recorder: Recorder
  activity: Activity
  log: Log
  /** The relay's present number. */
  relay: () => number
  /** Called when a receiver answered 410. */
  onGone: (webhook_id: string) => void
}): Attempt {
  const { sender, recorder, activity, log, relay } = deps
  let cut_off = false

  const settle = (delivery: Delivery, outcome: Outcome, began_at: number) => {
    const delivered = outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300
    // A request that we cut off ourselves is nobody's failure.
    if (cut_off && !delivered) return
    recorder.attempted({ delivery, outcome, delivered, began_at })
    activity.attempted(delivery.webhook_id, outcome, delivered)
    logAttempt(log, delivery, outcome, delivered)
    if (outcome.kind === 'answered' && outcome.status === 410) deps.onGone(delivery.webhook_id)
  }

  return {
    send(webhook, delivery, done) {
      const { event } = delivery
      // What was leased under a number that others took for dead is theirs: sending it here would be a duplicate.
      if (delivery.relay !== relay()) return queueMicrotask(done)
      const began_at = performance.now()
      const finish = (outcome: Outcome) => {
        settle(delivery, outcome, began_at)
        done()
      }
      if (webhook.target === null)
        return queueMicrotask(() => finish({ kind: 'no_answer', error: webhook.fault, duration_ms: 0 }))
      const { origin, path } = webhook.target
      const headers = [...headersOf(delivery), ...webhook.headers, ...signatureHeaders(webhook, event, began_at)]
      sender.send({ origin, path, headers, body: event.body, timeout_ms: webhook.timeout_ms }, finish)
    },
    cutOff() {
      cut_off = true
      sender.destroy()
    },
  }
}

function signatureHeaders({ keyring, hub_signature }: Webhook, { id, body }: Event, now: number): string[] {
  const timestamp = Math.floor(Date.now() / 1000)
  const signature = sign(keyring.keys(now), id, timestamp, body)
  const headers = ['webhook-id', id, 'webhook-timestamp', String(timestamp), 'webhook-signature', signature]
  if (hub_signature && keyring.hub_key !== null)
    headers.push('X-Hub-Signature-256', hubSignature(keyring.hub_key, body))
  return headers
}

function logAttempt(log: Log, delivery: Delivery, outcome: Outcome, delivered: boolean): void {
  if (delivered && !log.debugging) return
  const fields = {
    webhook_id: delivery.webhook_id,
    event_id: delivery.event.id,
    attempt: delivery.attempt,
    response_status: outcome.kind === 'answered' ? outcome.status : null,
    ...(outcome.kind === 'no_answer' ? { error: outcome.error } : {}),
    duration_ms: outcome.duration_ms,
  }
  if (delivered) log.debug('delivery.attempted', fields)
  else log.info('delivery.attempted', fields)
}
