/** Where a request comes from. */
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

/**
 * The other end of the connection. What X-Forwarded-For says is not believed: anybody can write it, and the audit log
 * and the limits of the login would follow. Null: there is no connection, in tests.
 */
export function addressOf(c: Context): string | null {
  const bindings = c.env as { incoming?: unknown } | undefined
  if (bindings?.incoming === undefined) return null
  const { address } = getConnInfo(c).remote
  return address?.replace(/^::ffff:(?=\d+\.)/, '') ?? null
}
