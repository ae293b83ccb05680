/** What the log holds, for tests of capture and emit. */
import type { Client } from '../../sql/db.ts'

export interface LoggedEvent {
  type: string
  key: string | null
  tenant: string | null
  data: any
  /** The exact text of `data`. */
  text: string
  context: unknown
}

/** All events, in the order of their writing. */
export async function events(db: Client): Promise<LoggedEvent[]> {
  const { rows } = await db.query<LoggedEvent>(
    `select type, key, tenant, data::text as text, context from outbox.events order by occurred_at, ctid`,
  )
  return rows.map((row) => ({ ...row, data: parse(row.text) }))
}

/** Null where JavaScript cannot read what Postgres can. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** `operation` and what is telling of each event. */
export async function operations(db: Client): Promise<string[]> {
  return (await events(db)).map((event) => `${event.data.operation} ${event.key}`)
}

export async function types(db: Client): Promise<string[]> {
  return (await events(db)).map((event) => event.type)
}

export interface Failure {
  event_type: string
  failed: string
  sqlstate: string
  message: string
}

export async function failures(db: Client): Promise<Failure[]> {
  const { rows } = await db.query<Failure>(
    'select event_type, failed, sqlstate, message from outbox.capture_failures order by id',
  )
  return rows
}

/** Watches every operation of a table, as thing.inserted, thing.updated, thing.deleted and thing.truncated. */
export async function watchAll(db: Client, relation: string, rest = ''): Promise<void> {
  for (const operation of ['insert', 'update', 'delete', 'truncate'])
    await db.query(
      `select outbox.watch($1::regclass, 'thing.' || $2 || case when $2 like '%e' then 'd' else 'ed' end, $2 ${operation === 'truncate' ? '' : rest})`,
      [relation, operation],
    )
}

/** What a statement is refused with. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ code: string | undefined; message: string; hint: string | undefined }> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { code, message, hint } = error as Error & { code?: string; hint?: string }
    return { code, message, hint }
  }
  throw new Error('the statement went through')
}
