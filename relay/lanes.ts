/** All lanes of this relay: made when a webhook is first met, brought up to date when its version changes. */
import { createLane, type Lane, type LaneDeps } from './lane.ts'
import type { WebhookReader } from './webhooks.ts'

const TICK_MS = 100
/** So far ahead the relay reads: what it sends in this time at its present rate, and at least so many deliveries. */
const READ_AHEAD_S = 0.25
const LEAST_READ_AHEAD = 600
const MOST_READ_AHEAD = 5_000

export interface Lanes {
  /** Makes sure that there is an up-to-date lane for each; those of deleted or unusable webhooks are missing in the answer. */
  prepare(wanted: readonly { webhook_id: string; version: number }[]): Promise<void>
  get(webhook_id: string): Lane | undefined
  /** Lanes that are carrying or owe something: their room has to be told when due deliveries are claimed. */
  busy(): Lane[]
  /** Whether memory has room for another batch. */
  hasRoom(): boolean
  /** Requests under way. */
  running(): number
  /** Gives back all that has not been started. */
  empty(): void
  stop(): void
}

export function createLanes(deps: LaneDeps & { webhooks: WebhookReader }): Lanes {
  const lanes = new Map<string, Lane>()
  const sum = (of: (lane: Lane) => number) => {
    let total = 0
    for (const lane of lanes.values()) total += of(lane)
    return total
  }
  let ticked_at = performance.now()
  let rate = 0
  const tick = () => {
    const now = performance.now()
    for (const lane of lanes.values()) lane.tick(now, (now - ticked_at) / 1_000)
    ticked_at = now
    rate = sum((lane) => lane.rate)
  }
  const ticker = setInterval(tick, TICK_MS)

  return {
    async prepare(wanted) {
      const stale = wanted.filter(({ webhook_id, version }) => (lanes.get(webhook_id)?.webhook.version ?? -1) < version)
      for (const webhook of await deps.webhooks.read(stale.map(({ webhook_id }) => webhook_id))) {
        const lane = lanes.get(webhook.id)
        if (lane === undefined) lanes.set(webhook.id, createLane(webhook, deps))
        else lane.webhook = webhook
      }
    },
    get: (webhook_id) => lanes.get(webhook_id),
    busy: () => Array.from(lanes.values()).filter((lane) => lane.slow || lane.running + lane.queued > 0),
    hasRoom: () =>
      sum((lane) => lane.running + lane.queued) <
      Math.min(MOST_READ_AHEAD, Math.max(LEAST_READ_AHEAD, rate * READ_AHEAD_S)),
    running: () => sum((lane) => lane.running),
    empty() {
      for (const lane of lanes.values()) lane.empty()
    },
    stop() {
      clearInterval(ticker)
    },
  }
}
