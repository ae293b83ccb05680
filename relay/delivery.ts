/** What travels through a lane. */

export interface Event {
  id: string
  type: string
  /** The exact bytes that every attempt sends. */
  body: Buffer
}

/** A run of events leased to this relay. It ends when each of its deliveries is recorded. */
export interface Batch {
  id: string
  /** Deliveries without a recorded result. */
  unrecorded: number
}

/** One event for one webhook, about to be attempted. */
export interface Delivery {
  event: Event
  webhook_id: string
  /** Of a webhook with a body of its own: what made `event.body`. */
  template_id: number | null
  /** The number under which this relay leased it; a relay that was taken for dead gets a new one and drops the rest. */
  relay: number
  /** Of a delivery that comes straight from a batch: nothing of it is stored yet. */
  batch: Batch | null
  /** Of a delivery that was claimed again: its id. */
  pending_id: string | null
  /** The number of the attempt that comes next, from 1. */
  attempt: number
  /** When it entered its lane (performance.now). */
  queued_at: number
}
