/**
 * Books to check the relay by: every transaction that makes events writes their ids into a table of its own, so that
 * after any accident the database itself says what was committed, whatever the writer got to know of it.
 */
import { Webhook } from 'standardwebhooks'
import { connect, type Client } from '../../sql/db.ts'
import type { Received, Receiver } from './receiver.ts'

export interface Balance {
  committed: number
  lost: number
  phantom: number
  bad_signatures: number
  /** Events that arrived with more than one body, or another one than the log holds. */
  different_bytes: number
  /** Requests beyond one for each event. */
  duplicates: number
}

export async function openLedger(db: Client): Promise<void> {
  await db.query(`create table ledger (event_id uuid primary key)`)
}

/** One transaction with so many events. With `commit` false it is rolled back at the end. */
export async function writeEvents(db: Client, count: number, commit = true): Promise<void> {
  await db.query('begin')
  await db.query(
    `insert into ledger select outbox.emit('ticket.created', json_build_object('n', n)) from generate_series(1, $1) as n`,
    [count],
  )
  await db.query(commit ? 'commit' : 'rollback')
}

export interface Writers {
  /** Ends them after the transaction at hand. */
  stop(): Promise<void>
}

/** Transactions of one to five events, every fourth rolled back, until stopped; a lost server is tried again. */
export function startWriters(url: string, count: number): Writers {
  let stopped = false
  const write = async () => {
    let db: Client | null = null
    while (!stopped) {
      try {
        db ??= await connect({ url, name: 'test writer', query_timeout_ms: 5_000 })
        await writeEvents(db, 1 + Math.floor(Math.random() * 5), Math.random() < 0.75)
        // The server waits, so that writers and relays share the machine.
        await db.query('select pg_sleep(random() * 0.02)')
      } catch {
        await db?.end().catch(() => {})
        db = null
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await db?.end()
  }
  const writing = Promise.all(Array.from({ length: count }, write))
  return {
    async stop() {
      stopped = true
      await writing
    },
  }
}

/** Compares what was committed with what has arrived. `accepted` tells which requests were answered with success. */
export async function balance(
  db: Client,
  receiver: Receiver,
  webhook_id: string,
  accepted: (request: Received) => boolean = () => true,
): Promise<Balance> {
  const { rows } = await db.query<{ id: string; body: string }>(
    `select l.event_id as id, outbox.body(e) as body from ledger as l join outbox.events as e on e.id = l.event_id`,
  )
  const secrets = await db.query<{ secret: string }>(
    `select secret from outbox.webhook_secrets where webhook_id = $1`,
    [webhook_id],
  )
  const bodies = new Map(rows.map((row) => [row.id, row.body]))
  const verifiers = secrets.rows.map(({ secret }) => new Webhook(secret))
  const arrived = receiver.requests
  const taken = new Set(arrived.filter(accepted).map((request) => request.id))
  return {
    committed: bodies.size,
    lost: Array.from(bodies.keys()).filter((id) => !taken.has(id)).length,
    phantom: arrived.filter(({ id }) => !bodies.has(id)).length,
    bad_signatures: arrived.filter((request) => !verifiers.some((verifier) => isSigned(request, verifier))).length,
    different_bytes: arrived.filter(({ id, body }) => bodies.has(id) && bodies.get(id) !== body).length,
    duplicates: arrived.length - new Set(arrived.map(({ id }) => id)).size,
  }
}

/** Whether a third party's verifier accepts the request. */
export function isSigned(request: Received, verifier: Webhook): boolean {
  try {
    verifier.verify(request.body, request.headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

/** Books without a fault; duplicates are told apart, since each accident allows its own number of them. */
export const sound = { lost: 0, phantom: 0, bad_signatures: 0, different_bytes: 0 }

/** How many committed events have not been recorded as delivered to the webhook. */
export async function outstanding(db: Client, webhook_id: string): Promise<number> {
  const { rows } = await db.query<{ open: string }>(
    `select count(*) as open from ledger as l
     where not exists (select from outbox.settled_deliveries as s
                       where s.id = outbox.delivery_id(l.event_id, $1) and s.status = 'delivered')`,
    [webhook_id],
  )
  return Number(rows[0]?.open)
}
