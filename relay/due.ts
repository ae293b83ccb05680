/** Claims pending deliveries that have come due, as far as their lanes have room. */
import type { Delivery } from './delivery.ts'
import type { Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import type { Leases } from './leases.ts'
import { claimDue, nextDueIn } from './queries.ts'
import type { Recorder } from './recorder.ts'
import type { Session } from './session.ts'

const CLAIM_LIMIT = 200
/** What is due but could not be claimed, because its lane is full, is looked at again after this long at the latest. */
const RECHECK_MS = 1_000
/** A ring rarely tells of due deliveries (a webhook enabled, a delivery resent), so it makes us look only this often. */
const RING_MS = 250
/** What nobody told us of, because another relay gave it back, is found after this long at the latest. */
const BACKSTOP_MS = 5_000

export interface Due {
  /** Claims what is due. Returns whether there was anything. */
  take(): Promise<boolean>
  /** When there is something to claim (performance.now). */
  at(): number
  /** Something has come due, or a lane has room again. */
  changed(): void
  /** Somebody rang. */
  rang(): void
}

interface DueRow {
  id: string
  webhook_id: string
  version: number
  event_id: string
  event_type: string
  attempt: number
  template_id: number | null
  body: string
}

export function createDue(deps: {
  session: Session
  lanes: Lanes
  recorder: Recorder
  leases: Leases
  relay: () => number
}): Due {
  const { session, lanes, recorder, leases, relay } = deps
  let at = 0
  let looked_at = 0

  const carry = (row: DueRow, leased_under: number) => {
    leases.deliveries.add(row.id)
    const delivery: Delivery = {
      event: { id: row.event_id, type: row.event_type, body: Buffer.from(row.body) },
      webhook_id: row.webhook_id,
      template_id: row.template_id,
      relay: leased_under,
      batch: null,
      pending_id: row.id,
      attempt: row.attempt,
      queued_at: performance.now(),
    }
    const lane = lanes.get(row.webhook_id)
    if (lane === undefined) recorder.parked(delivery)
    else lane.carry(delivery)
  }

  const schedule = async (more: boolean) => {
    const now = performance.now()
    if (more) {
      at = now
      return
    }
    const [next] = await session.query<{ ms: number | null }>(nextDueIn)
    const ms = next?.ms ?? BACKSTOP_MS
    at = Math.min(at, now + Math.min(ms <= 0 ? RECHECK_MS : ms, BACKSTOP_MS))
  }

  const claim = async (): Promise<boolean> => {
    const rooms = lanes.busy().map((lane) => ({ lane, room: lane.room() }))
    const full = rooms.filter(({ room }) => room === 0)
    const open = rooms.filter(({ room }) => room > 0)
    at = Number.POSITIVE_INFINITY
    looked_at = performance.now()
    const leased_under = relay()
    const rows = await session.query<DueRow>(claimDue, [
      leased_under,
      full.map(({ lane }) => lane.webhook.id),
      open.map(({ lane }) => lane.webhook.id),
      open.map(({ room }) => room),
      CLAIM_LIMIT,
    ])
    await lanes.prepare(rows)
    for (const row of rows) carry(row, leased_under)
    if (rows.length < CLAIM_LIMIT) catchUp(open, rows)
    await schedule(rows.length > 0)
    return rows.length > 0
  }

  return {
    async take() {
      try {
        return await claim()
      } catch (error) {
        // Nothing is known of what is due, and nobody else would tell.
        at = 0
        throw error
      }
    },
    at: () => at,
    changed() {
      at = 0
    },
    rang() {
      at = Math.min(at, looked_at + RING_MS)
    },
  }
}

/** A lane that was given less than it had room for has nothing waiting in the database. */
function catchUp(open: readonly { lane: Lane; room: number }[], rows: readonly DueRow[]): void {
  const claimed = new Map<string, number>()
  for (const { webhook_id } of rows) claimed.set(webhook_id, (claimed.get(webhook_id) ?? 0) + 1)
  for (const { lane, room } of open) if ((claimed.get(lane.webhook.id) ?? 0) < room) lane.caughtUp()
}
