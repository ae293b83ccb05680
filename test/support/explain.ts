/** What outbox.explain says. */
import type { Client } from '../../sql/db.ts'
import { registerRelay } from './world.ts'

export interface Explained {
  webhook_id: string
  url: string | null
  matched: boolean
  reason: string
  status: string | null
  attempts: number | null
  next_attempt_at: Date | null
  response_status: number | null
  error: string | null
}

export async function explain(db: Client, event_id: string): Promise<Explained[]> {
  const { rows } = await db.query<Explained>(
    `select webhook_id, url, matched, reason, status, attempts, next_attempt_at, response_status, error from outbox.explain($1)`,
    [event_id],
  )
  return rows
}

/** Of one webhook. */
export async function explained(db: Client, event_id: string, webhook_id: string): Promise<Explained> {
  const found = (await explain(db, event_id)).find((row) => row.webhook_id === webhook_id)
  if (found === undefined) throw new Error(`no row for webhook ${webhook_id}`)
  return found
}

/** How an instant stands in a reason. */
export const INSTANT = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`

/** Why, of one webhook. */
export async function reason(db: Client, event_id: string, webhook_id: string): Promise<string> {
  return (await explained(db, event_id, webhook_id)).reason
}

/** A relay that holds its session lock, as one at work does. */
export async function relayAtWork(db: Client, connect: () => Promise<Client>): Promise<number> {
  const relay = await registerRelay(db)
  await (await connect()).query('select pg_advisory_lock(1869968483, $1)', [relay])
  return relay
}

/** Cuts what is there into batches and lets the relay be done with them, as if all had been sent. */
export async function readAll(db: Client): Promise<void> {
  await db.query('select outbox.cut_batches(1)')
  await db.query('delete from outbox.batches')
}
