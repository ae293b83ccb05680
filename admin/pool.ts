/** A few connections for the pages. They open when needed and come back by themselves after the database was away. */
import { connect, type Client } from '../sql/db.ts'
import { beginRead, endRead } from './queries.ts'

export type Query = <R extends object>(statement: string, values?: unknown[]) => Promise<R[]>

export interface Pool {
  /** Runs the work on one connection, in one read-only snapshot. */
  read<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** Closes the connections as they fall idle. Later reads are refused. */
  close(): Promise<void>
}

/** Raised when no connection came free in time, or none will. */
export class PoolError extends Error {}

const SIZE = 3
/** Pages that poll come again: it is better to refuse one than to let them queue up behind a slow database. */
const WAIT_MS = 2_000
/** Longer than the statement_timeout of a read: reached only when the network swallows the answer. */
const QUERY_TIMEOUT_MS = 7_000

export function createPool(options: { url: string | undefined; wait_ms?: number }): Pool {
  const idle = new Set<Client>()
  const turns = createTurns(options.wait_ms ?? WAIT_MS)
  let closed = false

  const open = async (): Promise<Client> => {
    const client = await connect({
      url: options.url,
      name: 'admin',
      // Nothing of ours is looked up in a schema that an application can write to.
      search_path: 'pg_catalog',
      connect_timeout_ms: 3_000,
      query_timeout_ms: QUERY_TIMEOUT_MS,
    })
    client.on('end', () => idle.delete(client))
    return client
  }

  const readOn = async <T>(client: Client, work: (query: Query) => Promise<T>): Promise<T> => {
    await client.query(beginRead)
    const result = await work(async <R extends object>(statement: string, values: unknown[] = []) => {
      const { rows } = await client.query<R>(statement, values)
      return rows
    })
    await client.query(endRead)
    return result
  }

  const read = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    if (closed) throw new PoolError('the admin is stopping')
    await turns.take()
    try {
      const [waiting] = idle
      if (waiting !== undefined) idle.delete(waiting)
      const client = waiting ?? (await open())
      try {
        const result = await readOn(client, work)
        if (closed) end(client)
        else idle.add(client)
        return result
      } catch (error) {
        // Whatever state the connection is in, a new one is in a good one.
        end(client)
        throw error
      }
    } finally {
      turns.give()
    }
  }

  return {
    read,
    async close() {
      closed = true
      await Promise.race([Promise.all([...idle].map((client) => client.end())), delay(1_000)])
    },
  }
}

/** Lets SIZE of those who ask go ahead; the others wait in line, but not for long. */
function createTurns(wait_ms: number) {
  const line = new Set<() => void>()
  let taken = 0
  return {
    take(): Promise<void> {
      if (taken < SIZE) {
        taken += 1
        return Promise.resolve()
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          line.delete(go)
          reject(new PoolError('all connections are busy'))
        }, wait_ms)
        const go = () => {
          clearTimeout(timer)
          line.delete(go)
          resolve()
        }
        line.add(go)
      })
    },
    give(): void {
      const [next] = line
      if (next === undefined) taken -= 1
      else next()
    },
  }
}

function end(client: Client): void {
  client.end().catch(() => {})
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
