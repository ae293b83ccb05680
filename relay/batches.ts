/** Takes batches from the log and hands their deliveries to the lanes. */
import type { Batch, Delivery, Event } from './delivery.ts'
import type { Lanes } from './lanes.ts'
import type { Leases } from './leases.ts'
import { batchMatches, learnEventTypes, nextBatch } from './queries.ts'
import type { Recorder } from './recorder.ts'
import type { Session } from './session.ts'

export interface Batches {
  /** Takes one. Returns how many events it had; null: there is none. */
  take(): Promise<number | null>
}

interface EventRow {
  batch_id: string
  id: string
  type: string
  body: string
}

interface MatchRow {
  webhook_id: string
  version: number
  /** An array literal. */
  event_ids: string
  /** Where the webhook has a body of its own: what makes it, and the bodies in the order of event_ids. */
  template_id: number | null
  bodies: string[] | null
}

export function createBatches(deps: {
  session: Session
  lanes: Lanes
  recorder: Recorder
  leases: Leases
  relay: () => number
}): Batches {
  const { session, lanes, recorder, leases, relay } = deps
  const known_types = new Set<string>()

  const learnTypes = async (rows: readonly EventRow[]) => {
    const unknown = new Set<string>()
    for (const { type } of rows) if (!known_types.has(type)) unknown.add(type)
    if (unknown.size === 0) return
    await session.query(learnEventTypes, [[...unknown]])
    for (const type of unknown) known_types.add(type)
  }

  const offer = (batch: Batch, leased_under: number, rows: EventRow[], matches: MatchRow[]) => {
    const events = new Map<string, Event>()
    for (const { id, type, body } of rows) events.set(id, { id, type, body: Buffer.from(body) })
    const deliveries = deliveriesOf(
      batch,
      leased_under,
      events,
      matches.filter(({ webhook_id }) => lanes.get(webhook_id)),
    )
    // Counted before the first is offered: a lane may give it back at once.
    batch.unrecorded = deliveries.length
    if (deliveries.length === 0) recorder.finished({ id: batch.id, relay: leased_under })
    for (const delivery of deliveries) lanes.get(delivery.webhook_id)?.offer(delivery)
  }

  return {
    async take() {
      const leased_under = relay()
      const rows = await session.query<EventRow>(nextBatch, [leased_under])
      const id = rows[0]?.batch_id
      if (id === undefined) return null
      const matches = await session.query<MatchRow>(batchMatches, [id])
      await lanes.prepare(matches)
      leases.batches.add(id)
      offer({ id, unrecorded: 0 }, leased_under, rows, matches)
      await learnTypes(rows)
      return rows.length
    },
  }
}

function deliveriesOf(
  batch: Batch,
  relay: number,
  events: Map<string, Event>,
  matches: readonly MatchRow[],
): Delivery[] {
  const queued_at = performance.now()
  const deliveries: Delivery[] = []
  for (const { webhook_id, event_ids, template_id, bodies } of matches) {
    for (const [n, event_id] of event_ids.slice(1, -1).split(',').entries()) {
      const standard = events.get(event_id)
      if (standard === undefined) continue
      const event = bodies === null ? standard : { ...standard, body: Buffer.from(bodies[n] ?? '') }
      deliveries.push({ event, webhook_id, template_id, relay, batch, pending_id: null, attempt: 1, queued_at })
    }
  }
  return deliveries
}
