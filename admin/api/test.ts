/** POST /webhooks/{id}/test: a real request by the way that real events take, and what the receiver answered. */
import { z } from '@hono/zod-openapi'
import type { Pool } from '../pool.ts'
import { attemptResources, sendTest, type AttemptResourceRow, type TestRow } from '../queries/deliveries.ts'
import { attemptOf, attemptSchema } from './delivery-schema.ts'
import { write } from './json.ts'
import { define, type Answer, type Api } from './operation.ts'
import { eventType, idParams, json, uuid } from './schemas.ts'

const POLL_MS = 100

const asked = z.strictObject({
  event_type: eventType.optional().openapi({ description: 'Left out: the first one that the webhook wants.' }),
  data: json.optional().openapi({ description: 'Left out: the example of the type.' }),
  wait_seconds: z.number().min(0).max(30).optional().openapi({ default: 10 }),
})
const told = z.object({
  sent: z.boolean(),
  event_id: uuid,
  delivery_id: uuid,
  reason: z.string(),
  attempt: attemptSchema.nullable(),
})

export function testOperation(api: Api): void {
  define(
    api,
    {
      method: 'post',
      path: '/webhooks/{id}/test',
      scope: 'write',
      tag: 'Webhooks',
      summary: 'Send a test and tell what the receiver answered',
      description:
        'Logged, matched, filtered, signed and sent like a real event. 200 with sent false: the reason tells why it is not sent. ' +
        '202: nobody has answered within wait_seconds; GET the delivery later.',
      params: idParams,
      body: asked,
      optional: true,
      answers: { 200: told, 202: told },
    },
    async ({ c, change, params: { id }, body: { event_type, wait_seconds = 10 } }) => {
      const text = (await c.req.text()) || '{}'
      const made = await change(async (query) => {
        const [row] = await query<TestRow>(sendTest, [id, event_type, text])
        return { status: 202, body: { ...row } }
      })
      const { will_be_sent, ...test } = JSON.parse(write(made.body ?? {})) as TestRow
      if (!will_be_sent) return { ...made, status: 200, body: { sent: false, ...test, attempt: null } }
      return { ...made, ...(await outcome(api.pool, test, wait_seconds * 1_000)) }
    },
  )
}

/** Asks with a connection only while it asks: a slow receiver holds none. */
async function outcome(pool: Pool, test: Omit<TestRow, 'will_be_sent'>, wait_ms: number): Promise<Answer> {
  const deadline = performance.now() + wait_ms
  for (;;) {
    const [attempt] = await pool.run<AttemptResourceRow>(attemptResources, [test.delivery_id, 1])
    if (attempt !== undefined) return { status: 200, body: { sent: true, ...test, attempt: attemptOf(attempt) } }
    if (performance.now() >= deadline) return { status: 202, body: { sent: false, ...test, attempt: null } }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
