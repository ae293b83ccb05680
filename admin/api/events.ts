/** /events: writing custom ones, finding and explaining all. */
import { z } from '@hono/zod-openapi'
import {
  emitEvent,
  eventResource,
  explanation,
  type EventResourceRow,
  type ExplanationRow,
} from '../queries/event-resources.ts'
import { findEvents } from '../search.ts'
import { checkData } from './check-data.ts'
import { cursorOf, positionOf } from './cursor.ts'
import { defined } from './deliveries.ts'
import { eventFilter } from './delivery-schema.ts'
import { raw } from './json.ts'
import { define, type Api } from './operation.ts'
import { Problem } from './problem.ts'
import { renamed } from './renamed.ts'
import { eventSchema, listedEvent, newEvent } from './event-schema.ts'
import { idParams, instant, page, pageOf, uuid } from './schemas.ts'

const tag = 'Events'
const searched_to = instant.nullable()
const txid = z
  .string()
  .regex(/^\d{1,19}$/)
  .optional()
  .openapi({ description: 'Of this transaction only.' })

export function eventOperations(api: Api): void {
  define(
    api,
    {
      method: 'post',
      path: '/events',
      scope: 'write',
      tag,
      summary: 'Emit a custom event',
      body: newEvent,
      answers: { 201: z.object({ id: uuid, type: z.string() }) },
    },
    async ({ c, change, body: { type, data, key, tenant, idempotency_key, validate = false } }) => {
      const text = await c.req.text()
      return change(async (query) => {
        if (validate) await checkData(query, type, data)
        const values = [type, text, key, tenant, idempotency_key]
        const [row] = await renamed({ event_type: 'type' }, () => query<{ id: string }>(emitEvent, values))
        const id = row?.id ?? ''
        return { status: 201, body: { id, type }, headers: { location: `/api/v1/events/${id}` } }
      })
    },
  )
  readOperations(api)
}

function readOperations(api: Api): void {
  define(
    api,
    {
      method: 'get',
      path: '/events',
      scope: 'read',
      tag,
      summary: 'Find events, the newest first',
      query: z.object({ ...eventFilter, txid, ...page }),
      answers: { 200: pageOf(listedEvent, { searched_to }) },
    },
    ({ read, query: { limit, cursor, ...sought } }) =>
      read(async (query) => {
        const before = positionOf('events', cursor)
        const found = await findEvents(query, defined(sought), { before, max_rows: limit })
        const data = found.rows.map((row) => ({ ...row }))
        return {
          status: 200,
          body: { data, next_cursor: cursorOf('events', found.next), searched_to: found.searched_to },
        }
      }),
  )
  define(
    api,
    {
      method: 'get',
      path: '/events/{id}',
      scope: 'read',
      tag,
      summary: 'Read an event, and who got it, who did not and why',
      params: idParams,
      answers: { 200: eventSchema },
    },
    ({ read, params: { id } }) =>
      read(async (query) => {
        const [row] = await query<EventResourceRow>(eventResource, [id])
        if (row === undefined) throw new Problem(404, `There is no event ${id}; retention removes old ones.`)
        const reasons = await query<ExplanationRow>(explanation, [id])
        const webhooks = reasons.map((reason) => ({ ...reason }))
        return { status: 200, body: { ...row, data: raw(row.data), context: raw(row.context), webhooks } }
      }),
  )
}
