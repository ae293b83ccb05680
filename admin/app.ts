/** The routes, and what holds for all of them: who may ask, what a browser may do with the answer, what errors show. */
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import type { Log } from '../sql/log.ts'
import { assets } from './assets.ts'
import { deliveryPage } from './pages/delivery.ts'
import { wantsFragment } from './pages/layout.ts'
import { overviewPage } from './pages/overview.ts'
import { problem } from './pages/problem.ts'
import type { Pool } from './pool.ts'
import { databaseTime } from './queries.ts'
import { unavailable } from './unavailable.ts'

/** A probe that hangs tells less than one that says no. */
const READY_MS = 1_000

export interface AppDeps {
  pool: Pool
  log: Log
  /** The values of Host that are answered, such as `localhost:3000`. */
  hosts: () => ReadonlySet<string>
}

export function createApp(deps: AppDeps): Hono {
  const { pool, log, hosts } = deps
  const app = new Hono()
  app.use(browserRules, onlyHosts(hosts))
  app.get('/livez', (c) => c.text('live\n'))
  app.get('/readyz', async (c) => {
    const reason = await unreadiness(pool)
    return reason === null ? c.text('ready\n') : c.text(`not ready: ${reason}\n`, 503)
  })
  for (const { path, type, content } of Object.values(assets))
    app.get(`/${path}`, (c) =>
      c.body(content, 200, { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }),
    )
  app.get('/', overviewPage(pool))
  app.get('/deliveries/:id', deliveryPage(pool))
  app.notFound((c) => problem(c, 404, 'There is no such page.'))
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    return failed(c, error, log)
  })
  return app
}

function failed(c: Context, error: Error, log: Log): Response | Promise<Response> {
  const reason = unavailable(error)
  const code = 'code' in error ? error.code : undefined
  const fields = { path: c.req.path, error: error.message, code }
  if (reason === null) log.error('admin.failed', { ...fields, stack: error.stack })
  else log.warn('admin.database_unavailable', fields)
  const shown = reason ?? 'Something went wrong here; the log of the admin has the details.'
  const status = reason === null ? 500 : 503
  return wantsFragment(c) ? c.text(`${shown} What is shown is what was read last.`, status) : problem(c, status, shown)
}

/** Null: the database answers. */
async function unreadiness(pool: Pool): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`Postgres did not answer within ${READY_MS / 1000} s.`), READY_MS)
  })
  const answer = pool
    .read((query) => query(databaseTime))
    .then(
      () => null,
      (error: unknown) => unavailable(error) ?? 'Postgres answered with an error.',
    )
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

/**
 * A web site can have its own name resolve to 127.0.0.1 and then read a loopback server as if it were its own (DNS
 * rebinding); but the browser still sends that name. Judged on the URL: an absolute request line overrides Host.
 */
function onlyHosts(hosts: () => ReadonlySet<string>): MiddlewareHandler {
  return async (c, next) => {
    if (hosts().has(new URL(c.req.url).host)) return next()
    return c.text('This admin answers only to the loopback names of its machine, such as localhost.\n', 421)
  }
}

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  // Loopback is plain http; the header would also bind whatever else is served under this name.
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
})

/** Payloads are nobody's but the reader's: no page stays in a cache. Assets say otherwise for themselves. */
const browserRules: MiddlewareHandler = async (c, next) => {
  const done = await headers(c, next)
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  return done
}
