/**
 * One connection that comes back. Claiming, recording and listening each have their own, so that none waits behind
 * another. A query on a broken connection rejects; the next one connects again.
 */
import { connect, type Client } from '../sql/db.ts'

/** A named statement is prepared once a connection. */
export interface Statement {
  name: string
  text: string
}

export type Query = <R extends object>(statement: Statement, values?: unknown[]) => Promise<R[]>

export interface Session {
  query: Query
  /** Runs the work between begin and commit, all on one connection: on another one its statements would commit apart. */
  transaction(work: (query: Query) => Promise<void>): Promise<void>
  /** Closes the connection, without waiting for a query that hangs. */
  close(): Promise<void>
}

export interface SessionOptions {
  url: string | undefined
  name: string
  /** Runs first on each new connection. */
  onConnect?: (client: Client) => Promise<void>
  /** Called when a connection breaks. */
  onLost?: () => void
}

/** A query without an answer for this long means that the network swallows it: better to start anew. */
const QUERY_TIMEOUT_MS = 30_000

export function createSession(options: SessionOptions): Session {
  let opening: Promise<Client> | null = null
  let closed = false

  const lose = (lost: Promise<Client>) => {
    if (opening !== lost) return
    opening = null
    if (!closed) options.onLost?.()
  }

  const open = async (): Promise<Client> => {
    const client = await connect({
      url: options.url,
      name: options.name,
      // Nothing of ours is looked up in a schema that an application can write to.
      search_path: 'pg_catalog',
      connect_timeout_ms: 5_000,
      query_timeout_ms: QUERY_TIMEOUT_MS,
    })
    await options.onConnect?.(client)
    return client
  }

  const client = (): Promise<Client> => {
    if (closed) return Promise.reject(new Error('the session is closed'))
    if (opening === null) {
      const current = open()
      opening = current
      current.then(
        (connected) => connected.once('end', () => lose(current)),
        // Nothing was lost: whoever heard so would start one more loop at every failure of another's.
        () => {
          if (opening === current) opening = null
        },
      )
    }
    return opening
  }

  const queryOn =
    (connected: Client): Query =>
    async <R extends object>(statement: Statement, values: unknown[] = []) => {
      try {
        const result = await connected.query<R>({ name: statement.name, text: statement.text, values })
        return result.rows
      } catch (error) {
        // After a time-out the connection still waits for the old answer, so it cannot be used again.
        if (error instanceof Error && error.message === 'Query read timeout') discard(connected)
        throw error
      }
    }

  return {
    query: async <R extends object>(statement: Statement, values?: unknown[]) =>
      queryOn(await client())<R>(statement, values),
    async transaction(work) {
      const connected = await client()
      await connected.query('begin')
      try {
        await work(queryOn(connected))
        await connected.query('commit')
      } catch (error) {
        await connected.query('rollback').catch(() => discard(connected))
        throw error
      }
    },
    async close() {
      closed = true
      const current = await opening?.catch(() => null)
      if (current) discard(current)
    },
  }
}

/** Ends a connection for good: the server notices at once, and 'end' is emitted here. */
function discard(client: Client): void {
  client.end().catch(() => {})
  // `end` waits for the server's side of the goodbye, which does not come through a dead network.
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection
  setTimeout(() => stream.destroy(), 1_000).unref()
}
