/** The routes, and what holds for all of them: who may ask, what a browser may do with the answer, what errors show. */
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import type { Log } from '../sql/log.ts'
import { createAccess, isApi, type Rules } from './access/access.ts'
import type { Env } from './access/actor.ts'
import { formSize } from './access/form-size.ts'
import { Refused } from './access/refused.ts'
import { createApi } from './api/api.ts'
import { Problem } from './api/problem.ts'
import { assets } from './assets.ts'
import { accessPages } from './pages/access.ts'
import { auditPage } from './pages/audit.ts'
import { deliveriesPages } from './pages/deliveries.ts'
import { deliveryPages } from './pages/delivery.ts'
import { emitPages } from './pages/emit.ts'
import { eventPages } from './pages/event.ts'
import { eventTypePages } from './pages/event-type.ts'
import { eventTypesPages } from './pages/event-types.ts'
import { eventsPages } from './pages/events.ts'
import { doctorPages } from './pages/doctor.ts'
import { wantsFragment } from './parts/layout.ts'
import { metricsRoute } from './metrics.ts'
import { loginPages, logoutPage } from './pages/login.ts'
import { overviewPage } from './pages/overview.ts'
import { webhooksPages } from './pages/webhooks.ts'
import { webhookPages } from './pages/webhook.ts'
import { relayPages } from './pages/relays.ts'
import { watchPages } from './pages/watches.ts'
import { problem } from './parts/problem.ts'
import type { Pool } from './pool.ts'
import { databaseTime } from './queries.ts'
import { unavailable } from './unavailable.ts'

/** A probe that hangs tells less than one that says no. */
const READY_MS = 1_000
/** A year, as browsers want it of those who mean it. */
const HSTS = 'max-age=31536000'

export interface AppDeps {
  pool: Pool
  log: Log
  /** The values of Host that are answered, such as `localhost:3000`. Null: any. */
  hosts: () => ReadonlySet<string> | null
  rules: Rules
}

export function createApp(deps: AppDeps): Hono<Env> {
  const { pool, log, hosts, rules } = deps
  const access = createAccess({ pool, log, rules })
  const app = new Hono<Env>()
  app.use(browserRules(rules), onlyHosts(hosts, rules))
  app.get('/livez', (c) => c.text('live\n'))
  app.get('/readyz', async (c) => {
    const reason = await unreadiness(pool)
    return reason === null ? c.text('ready\n') : c.text(`not ready: ${reason}\n`, 503)
  })
  for (const { path, type, content } of Object.values(assets))
    app.get(`/${path}`, (c) =>
      c.body(content, 200, { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }),
    )
  app.use((c, next) => (isApi(c) ? next() : formSize(c, next)))
  loginPages(app, access)
  app.use(access.gate)
  app.get('/metrics', metricsRoute(pool))
  app.route('/api/v1', createApi({ pool, log }))
  logoutPage(app, access)
  accessPages(app, pool)
  auditPage(app, pool)
  webhooksPages(app, pool)
  eventsPages(app, pool)
  emitPages(app, pool)
  eventPages(app, pool)
  eventTypesPages(app, pool)
  eventTypePages(app, pool)
  app.get('/', overviewPage(pool))
  webhookPages(app, pool)
  deliveriesPages(app, pool)
  deliveryPages(app, pool)
  watchPages(app, pool)
  relayPages(app, pool)
  doctorPages(app, pool)
  app.notFound((c) => {
    if (isApi(c)) return new Problem(404, 'There is nothing here; the API is at /api/v1.').getResponse()
    return problem(c, 404, 'There is no such page.')
  })
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    return failed(c, error, log)
  })
  return app
}

function failed(c: Context, error: Error, log: Log): Response | Promise<Response> {
  const reason = unavailable(error)
  const code = 'code' in error ? error.code : undefined
  // What follows /login/ logs its reader in.
  const path = c.req.path.replace(/^\/login\/.*/s, '/login/…')
  const fields = { path, error: error.message, code }
  if (reason === null) log.error('admin.failed', { ...fields, stack: error.stack })
  else log.warn('admin.database_unavailable', fields)
  const shown = reason ?? 'Something went wrong here; the log of the admin has the details.'
  const status = reason === null ? 500 : 503
  if (isApi(c)) return new Refused(status, shown).getResponse()
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
 * rebinding); but the browser still sends that name. Judged on the URL: an absolute request line overrides Host. Probes
 * of other machines ask by whatever address they know, and learn nothing.
 */
function onlyHosts(hosts: () => ReadonlySet<string> | null, rules: Rules): MiddlewareHandler {
  return async (c, next) => {
    const allowed = hosts()?.has(new URL(c.req.url).host) ?? true
    if (allowed || (!rules.loopback && PROBES.has(c.req.path))) return next()
    const names = rules.admin_url === null ? '' : ' and that of OUTBOX_ADMIN_URL'
    return c.text(`This admin answers only to the loopback names of its machine, such as localhost${names}.\n`, 421)
  }
}

const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/** Payloads are nobody's but the reader's: no page stays in a cache. Assets say otherwise for themselves. */
function browserRules(rules: Rules): MiddlewareHandler {
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
    // Without TLS the header means nothing, and on loopback it would bind whatever else is served under this name.
    strictTransportSecurity: rules.admin_url?.startsWith('https:') === true ? HSTS : false,
    xFrameOptions: 'DENY',
    // With no-referrer, browsers send the origin of a form as null, which could be anybody's.
    referrerPolicy: 'same-origin',
  })
  return async (c, next) => {
    const done = await headers(c, next)
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
    return done
  }
}
