/** The REST API: every operation, and what holds for all of them. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Log } from '../../sql/log.ts'
import type { Env } from '../access/actor.ts'
import type { Pool } from '../pool.ts'
import { refusalOf } from '../refusal.ts'
import { unavailable } from '../unavailable.ts'
import { auditOperation } from './audit.ts'
import { deliveryOperations } from './deliveries.ts'
import { addDocument } from './document.ts'
import { eventTypeOperations } from './event-types.ts'
import { eventOperations } from './events.ts'
import { healthOperations } from './health.ts'
import { addMethodCheck } from './methods.ts'
import { Problem, refused } from './problem.ts'
import { replayOperations } from './replays.ts'
import { secretOperations } from './secrets.ts'
import { testOperation } from './test.ts'
import { tokenOperations } from './tokens.ts'
import { webhookOperations } from './webhooks.ts'

/** Long enough for a server to start, short enough to be tried again by the same program. */
const RETRY_AFTER_S = '5'

export function createApi({ pool, log }: { pool: Pool; log: Log }): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>()
  const api = { app, pool }
  webhookOperations(api)
  secretOperations(api)
  testOperation(api)
  deliveryOperations(api)
  replayOperations(api)
  eventOperations(api)
  eventTypeOperations(api)
  healthOperations(api)
  tokenOperations(api)
  auditOperation(api)
  addDocument(app)
  addMethodCheck(app)
  app.onError((error, c) => answerOf(error, c, log).getResponse())
  return app
}

function answerOf(error: Error, c: Context, log: Log): HTTPException {
  if (error instanceof HTTPException) return error
  const code = 'code' in error ? error.code : undefined
  const fields = { path: c.req.path, error: error.message, code }
  const refusal = refusalOf(error)
  const reason = unavailable(error)
  // 42501 is also what a role of too few rights meets: the fault of whoever configured it, not of whoever asks.
  if (refusal !== null && reason === null) return refused(refusal)
  if (reason !== null) {
    log.warn('admin.database_unavailable', fields)
    return new Problem(503, reason, { headers: { 'retry-after': RETRY_AFTER_S } })
  }
  if (code === LOCK_NOT_AVAILABLE)
    return new Problem(409, 'Somebody else is changing this, or has sent the same Idempotency-Key; try again.')
  log.error('admin.failed', { ...fields, stack: error.stack })
  return new Problem(500, 'Something went wrong here; the log of the admin has the details.')
}

const LOCK_NOT_AVAILABLE = '55P03'
