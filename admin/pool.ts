/** A few connections for the pages. They open when needed and come back by themselves after the database was away. */
import { connect, type Client } from '../sql/db.ts'
import type { Actor } from './access/actor.ts'
import { actAs, beginChange, beginRead, commit } from './queries.ts'

export type Query = <R extends object>(statement: string, values?: unknown[]) => Promise<R[]>

export interface Pool {
  /** Runs the work on one connection, in one read-only snapshot. */
  read<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** Runs the work in one transaction, on behalf of the actor: the audit log names them. A throw rolls it back. */
  change<T>(actor: Actor, work: (query: Query) => Promise<T>): Promise<Changed<T>>
  /** Runs one statement of the admin's own, such as who is logged in: on behalf of nobody, and committed at once. */
  run<R extends object>(statement: string, values: unknown[]): Promise<R[]>
  /** Closes the connections as they fall idle. Later reads are refused. */
  close(): Promise<void>
}

/** What a change led to, with the warnings that Postgres gave on the way. */
export interface Changed<T> {
  result: T
  warnings: Warning[]
}

export interface Warning {
  message: string
  hint: string | null
}

/** Raised when no connection came free in time, or none will. */
export class PoolError extends Error {}

const SIZE = 5
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

  const onConnection = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    if (closed) throw new PoolError('the admin is stopping')
    await turns.take()
    try {
      const [waiting] = idle
      if (waiting !== undefined) idle.delete(waiting)
      const client = waiting ?? (await open())
      try {
        const result = await work(client)
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

  const read = <T>(work: (query: Query) => Promise<T>): Promise<T> =>
    onConnection(async (client) => {
      await client.query(beginRead)
      const result = await work(queryOn(client))
      await client.query(commit)
      return result
    })

  const change = <T>(actor: Actor, work: (query: Query) => Promise<T>): Promise<Changed<T>> =>
    onConnection(async (client) => {
      const warnings: Warning[] = []
      const onNotice = (notice: {
        severity?: string | undefined
        message?: string | undefined
        hint?: string | undefined
      }) => {
        if (notice.severity === 'WARNING') warnings.push({ message: notice.message ?? '', hint: notice.hint ?? null })
      }
      client.on('notice', onNotice)
      try {
        await client.query(beginChange)
        await client.query(actAs, [actor.name, actor.door, actor.address])
        const result = await work(queryOn(client))
        await client.query(commit)
        return { result, warnings }
      } finally {
        client.off('notice', onNotice)
      }
    })

  return {
    read,
    change,
    run: <R extends object>(statement: string, values: unknown[]) =>
      onConnection((client) => queryOn(client)<R>(statement, values)),
    async close() {
      closed = true
      await Promise.race([Promise.all([...idle].map((client) => client.end())), delay(1_000)])
    },
  }
}

function queryOn(client: Client): Query {
  return async <R extends object>(statement: string, values: unknown[] = []) => {
    const { rows } = await client.query<R>(statement, values)
    return rows
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
