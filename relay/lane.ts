/**
 * A webhook's lane: so many requests under way, a queue behind them, and no way for a slow receiver to delay another.
 *
 * A lane begins open: deliveries of a batch queue up, because a healthy receiver works the queue off in milliseconds and
 * nothing has to be written for it. When it would not get through its queue soon the lane turns slow: the queue is parked in the
 * database, what comes next goes straight there, and the lane draws from it only as much as it can carry. It opens
 * again when nothing of it is left there.
 */
import type { Delivery } from './delivery.ts'
import type { Webhook } from './webhooks.ts'

/** When a delivery has waited this long, its lane is looked at: */
const PATIENCE_MS = 500
/** it is slow when it would take this long for its queue at its present rate. */
const LONGEST_QUEUE_S = 1.5
/** How far ahead a slow lane draws. */
const DRAW_AHEAD_S = 0.25
/** How much of the rate the last tick decides: a hanging receiver is noticed within half a second. */
const SMOOTHING = 0.4
const LONGEST_DRAW = 500

export interface LaneDeps {
  /** Sends one delivery and calls `done` when its result is in the recorder's hands. */
  send: (webhook: Webhook, delivery: Delivery, done: () => void) => void
  /** Takes back a delivery that the lane cannot carry now. */
  park: (delivery: Delivery) => void
  /** Called when a slow lane has room again. */
  roomy: () => void
}

export interface Lane {
  webhook: Webhook
  /** Takes a delivery of a batch: starts, queues or parks it. */
  offer(delivery: Delivery): void
  /** Takes a delivery that was claimed for this lane, within its room. */
  carry(delivery: Delivery): void
  /** How many due deliveries it can take now. */
  room(): number
  /** To be called when a claim found less than there was room for: nothing of it waits in the database now. */
  caughtUp(): void
  /** To be called every so often, with the seconds since the last time: parks a queue that would wait too long. */
  tick(now: number, elapsed_s: number): void
  /** Gives back everything that has not been started. */
  empty(): void
  readonly slow: boolean
  readonly running: number
  readonly queued: number
  /** Completed deliveries a second. */
  readonly rate: number
}

export function createLane(webhook: Webhook, deps: LaneDeps): Lane {
  let queue: Delivery[] = []
  let head = 0
  let running = 0
  let slow = false
  let completed = 0
  let rate = 0
  let allowance = 0
  let allowance_at = 0

  const queued = () => queue.length - head

  const mayStart = (now: number): boolean => {
    const { rate_limit } = lane.webhook
    if (rate_limit === null) return true
    // A token bucket that holds a tenth of a second's worth, at least one.
    const most = Math.max(1, rate_limit / 10)
    allowance = Math.min(most, allowance + ((now - allowance_at) * rate_limit) / 1000)
    allowance_at = now
    if (allowance < 1) return false
    allowance -= 1
    return true
  }

  const pump = () => {
    while (running < lane.webhook.max_in_flight && head < queue.length && mayStart(performance.now())) {
      const delivery = queue[head] as Delivery
      head += 1
      running += 1
      deps.send(lane.webhook, delivery, done)
    }
    if (head === queue.length || head > 1024) {
      queue = queue.slice(head)
      head = 0
    }
  }

  const done = () => {
    running -= 1
    completed += 1
    pump()
    if (slow && lane.room() > 0) deps.roomy()
  }

  const empty = () => {
    const waiting = queue.slice(head)
    queue = []
    head = 0
    for (const delivery of waiting) deps.park(delivery)
  }

  const lane: Lane = {
    webhook,
    offer(delivery) {
      if (slow || lane.webhook.paused) deps.park(delivery)
      else lane.carry(delivery)
    },
    carry(delivery) {
      queue.push(delivery)
      pump()
    },
    room() {
      const { max_in_flight, rate_limit } = lane.webhook
      const most = rate_limit === null ? LONGEST_DRAW : Math.max(1, Math.ceil(rate_limit * DRAW_AHEAD_S))
      const whole = Math.min(most, Math.max(max_in_flight, Math.ceil(rate * DRAW_AHEAD_S)))
      const free = whole - running - queued()
      // Not for a single place: claiming a few at a time would cost a statement each.
      return free * 4 >= whole ? free : 0
    },
    caughtUp() {
      slow = false
    },
    tick(now, elapsed_s) {
      rate += SMOOTHING * (completed / elapsed_s - rate)
      completed = 0
      pump()
      const oldest = queue[head]
      if (oldest !== undefined && now - oldest.queued_at > PATIENCE_MS && queued() > rate * LONGEST_QUEUE_S) {
        slow = true
        empty()
      }
      if (slow && lane.room() > 0) deps.roomy()
    },
    empty,
    get slow() {
      return slow
    },
    get running() {
      return running
    },
    get queued() {
      return queued()
    },
    get rate() {
      return rate
    },
  }
  return lane
}
