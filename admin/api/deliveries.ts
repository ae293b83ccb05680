/** /deliveries: finding them, reading one, sending again. */
import { z } from '@hono/zod-openapi'
import {
  attemptResources,
  deliveryResource,
  resend,
  resendAll,
  type AttemptResourceRow,
  type DeliveryResourceRow,
  type ResentRow,
} from '../queries/deliveries.ts'
import { findDeliveries } from '../search.ts'
import { cursorOf, positionOf } from './cursor.ts'
import { attemptOf, deadFilter, deliveryFilter, deliverySchema, listedDelivery } from './delivery-schema.ts'
import { raw } from './json.ts'
import { define, type Answer, type Api, type Call } from './operation.ts'
import { Problem } from './problem.ts'
import { idParams, instant, page, pageOf, uuid } from './schemas.ts'
import { webhookById } from './webhooks.ts'

const tag = 'Deliveries'
const MOST_ATTEMPTS = 200
const searched_to = instant.nullable().openapi({
  description:
    'How far the search had come when its time was used up: go on with next_cursor. Null: the page is complete.',
})
const filter = z.object({ ...deliveryFilter, ...page })
const found = pageOf(listedDelivery, { searched_to })

export function deliveryOperations(api: Api): void {
  listOperations(api)
  define(
    api,
    {
      method: 'get',
      path: '/deliveries/{id}',
      scope: 'read',
      tag,
      summary: 'Read a delivery, with its payload and its attempts',
      params: idParams,
      answers: { 200: deliverySchema },
    },
    ({ read, params: { id } }) =>
      read(async (query) => {
        const [row] = await query<DeliveryResourceRow>(deliveryResource, [id])
        if (row === undefined) throw new Problem(404, `There is no delivery ${id}.`)
        const attempts = await query<AttemptResourceRow>(attemptResources, [id, MOST_ATTEMPTS])
        return { status: 200, body: { ...row, payload: raw(row.payload), attempts_made: attempts.map(attemptOf) } }
      }),
  )
  resendOperations(api)
}

function listOperations(api: Api): void {
  define(
    api,
    {
      method: 'get',
      path: '/deliveries',
      scope: 'read',
      tag,
      summary: 'Find deliveries, the newest first',
      query: filter.extend({ webhook_id: uuid.optional() }),
      answers: { 200: found },
    },
    ({ read, query }) => listed(read, query, query.webhook_id),
  )
  define(
    api,
    {
      method: 'get',
      path: '/webhooks/{id}/deliveries',
      scope: 'read',
      tag,
      summary: 'Find deliveries of a webhook, the newest first',
      params: idParams,
      query: filter,
      answers: { 200: found },
    },
    async ({ read, params: { id }, query }) => {
      await read((ask) => webhookById(ask, id))
      return listed(read, query, id)
    },
  )
}

type Read = Call<unknown, unknown, unknown>['read']

function listed(read: Read, asked: z.output<typeof filter>, webhook_id: string | undefined): Promise<Answer> {
  const { limit, cursor, status, event_types, key, tenant, response, contains, since, until } = asked
  const before = positionOf('deliveries', cursor)
  const sought = { webhook_id, statuses: status, event_types, key, tenant, response, contains, since, until }
  return read(async (query) => {
    const {
      rows,
      next,
      searched_to: come_to,
    } = await findDeliveries(query, defined(sought), { before, max_rows: limit })
    const data = rows.map((row) => ({ ...row }))
    return { status: 200, body: { data, next_cursor: cursorOf('deliveries', next), searched_to: come_to } }
  })
}

/** Undefined is null: anything. */
export function defined<T extends object>(sought: T): { [K in keyof T]: Exclude<T[K], undefined> | null } {
  return Object.fromEntries(Object.entries(sought).map(([name, value]) => [name, value ?? null])) as never
}

function resendOperations(api: Api): void {
  define(
    api,
    {
      method: 'post',
      path: '/deliveries/{id}/resend',
      scope: 'write',
      tag,
      summary: 'Send a delivery again, now',
      description: 'The same event id and the same bytes, as a further attempt.',
      params: idParams,
      answers: { 202: z.object({ id: uuid, status: z.string() }) },
    },
    ({ change, params: { id } }) =>
      change(async (query) => {
        const [row] = await query<{ status: string }>(resend, [id])
        return { status: 202, body: { id, status: row?.status ?? null } }
      }),
  )
  define(
    api,
    {
      method: 'post',
      path: '/webhooks/{id}/resend',
      scope: 'write',
      tag,
      summary: 'Send the dead deliveries of a webhook again',
      description:
        'All of them, or those that the filter finds; at most 10000 by a request, and more tells whether there are more.',
      params: idParams,
      body: deadFilter,
      optional: true,
      answers: { 202: z.object({ deliveries: z.int(), more: z.boolean() }) },
    },
    ({ change, params: { id }, body }) =>
      change(async (query) => {
        const { event_types, key, tenant, response, contains, since, until, dry_run, rate_limit } = body
        const values = [id, event_types, key, tenant, response, contains, since, until, dry_run, rate_limit]
        const [row] = await query<ResentRow>(resendAll, values)
        return { status: 202, body: { ...row } }
      }),
  )
}
