/**
 * The one door to the `pg` package: every connection of the product is opened here, so that each carries a name that a
 * DBA recognises in pg_stat_activity and no connection can hang for ever on an unreachable server.
 */
import { Client as PgClient } from 'pg'
import type { ClientConfig } from 'pg'

export type Client = PgClient

export interface ConnectOptions {
  /** A `postgres://` URL. Undefined lets the PG* environment variables decide, as psql does. */
  url?: string | undefined
  /** Shown as application_name, after `outbox `. */
  name: string
  /** Milliseconds until an attempt to connect is given up. */
  connect_timeout_ms?: number
  /** Milliseconds until a query without an answer fails. Undefined: no limit. */
  query_timeout_ms?: number
  /** The schemas unqualified names resolve to. Undefined: the server's default. */
  search_path?: string
}

/** The `pg` configuration for these options: also what pg-listen, which opens its own client, is given. */
export function clientConfig(options: ConnectOptions): ClientConfig {
  return {
    ...(options.url === undefined ? {} : { connectionString: options.url }),
    application_name: `outbox ${options.name}`,
    connectionTimeoutMillis: options.connect_timeout_ms ?? 10_000,
    keepAlive: true,
    ...(options.query_timeout_ms === undefined ? {} : { query_timeout: options.query_timeout_ms }),
    ...(options.search_path === undefined ? {} : { options: `-c search_path=${options.search_path}` }),
  }
}

/**
 * Opens one connection. A connection that breaks later emits `error` on the client; without a listener that would end
 * the process, so one is attached here and the next query reports the fault to whoever asks.
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const client = new PgClient(clientConfig(options))
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Opens a connection, runs `work` on it and closes it whatever happens. */
export async function withClient<T>(options: ConnectOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(options)
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
