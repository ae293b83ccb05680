/** The admin as a server: where it listens, and how it starts and stops. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Log } from '../sql/log.ts'
import { createApp } from './app.ts'
import { isLoopback, type AdminConfig } from './config.ts'
import { createPool } from './pool.ts'
import { urlOf } from './url.ts'

/** The admin cannot serve, for a reason that a person can mend. */
export class AdminError extends Error {}

export interface Admin {
  /** Resolves when requests are answered. The database need not be there yet. */
  start(): Promise<{ url: string }>
  /** Answers what has been asked (for 2 s at most), then closes. May be called twice, or before start. */
  stop(): Promise<void>
}

const GRACE_MS = 2_000

export function createAdmin(deps: { config: AdminConfig; log: Log }): Admin {
  const { config, log } = deps
  const pool = createPool({ url: config.database_url })
  let hosts: ReadonlySet<string> | null = new Set()
  const { admin_token, admin_url } = config
  const rules = { admin_token, admin_url, loopback: isLoopback(config.host) }
  const app = createApp({ pool, log, hosts: () => hosts, rules })
  // Global Request and Response stay as they are: undici, in the same process, does not take replaced ones.
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const server = createServer((request, response) => void answer(request, response))
  let stopping: Promise<void> | null = null

  const stop = async () => {
    await close(server)
    await pool.close()
    log.info('admin.stopped')
  }

  return {
    async start() {
      if (stopping !== null) throw new AdminError('the admin was stopped')
      const port = await listen(server, config)
      hosts = hostsOf(config, port)
      const url = urlOf(config.host, port)
      log.info('admin.ready', { url })
      return { url }
    },
    stop: () => (stopping ??= stop()),
  }
}

/**
 * The values of Host that are answered. Null: any. Behind an address that other machines reach, a page of a foreign name
 * that resolves to us (DNS rebinding) has neither our cookie, which browsers keep for our own name, nor a token; so any
 * name may do where nobody has said which is right.
 */
function hostsOf({ host, admin_url }: AdminConfig, port: number): ReadonlySet<string> | null {
  if (admin_url === null && !isLoopback(host)) return null
  const own = ['localhost', '127.0.0.1', '::1', host].map((name) => new URL(urlOf(name, port)).host)
  return new Set(admin_url === null ? own : [...own, new URL(admin_url).host])
}

/** Resolves to the port. Trouble arrives as an event, not as a throw. */
function listen(server: Server, config: AdminConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(new AdminError(whyNot(error, config), { cause: error }))
    server.once('error', onError)
    server.listen(config.port, config.host, () => {
      server.off('error', onError)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function whyNot(error: NodeJS.ErrnoException, { host, port }: AdminConfig): string {
  if (error.code === 'EADDRINUSE')
    return `PORT ${port} of ${host} is in use by another program: stop it, or set PORT to another number (0: any free one)`
  if (error.code === 'EACCES') return `PORT ${port} may not be used by this user: set PORT to a number above 1023`
  if (error.code === 'EADDRNOTAVAIL') return `HOST ${host} is no address of this machine`
  return `the admin cannot listen on ${host}, PORT ${port}: ${error.message}`
}

/** `close` alone would wait for browsers that keep their connection, and for answers that never end. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const deadline = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(deadline)
}
