/** The resource delivery, and by what deliveries are filtered. */
import { z } from '@hono/zod-openapi'
import type { AttemptResourceRow } from '../queries/deliveries.ts'
import { raw } from './json.ts'
import { instant, json, list, listOf, text, uuid } from './schemas.ts'

export const attemptSchema = z
  .object({
    attempt: z.int(),
    attempted_at: instant,
    duration_ms: z.number(),
    response_status: z.int().nullable(),
    response_headers: json,
    response_body: z.string().nullable(),
    error: z.string().nullable().openapi({ description: 'Why there was no answer.' }),
  })
  .openapi('Attempt')

export function attemptOf({ response_headers, ...attempt }: AttemptResourceRow) {
  return { ...attempt, response_headers: raw(response_headers) }
}

const common = {
  id: uuid,
  webhook_id: uuid,
  event_id: uuid,
  event_type: z.string(),
  key: z.string().nullable(),
  tenant: z.string().nullable(),
  status: z.enum(['pending', 'held', 'delivered', 'dead']),
  attempts: z.int(),
  created_at: instant,
  attempted_at: instant.nullable(),
  next_attempt_at: instant.nullable(),
  leased_by: z.int().nullable(),
}

export const listedDelivery = z
  .object({
    ...common,
    url: z.string().nullable(),
    response_status: z.int().nullable(),
    duration_ms: z.number().nullable(),
    error: z.string().nullable(),
  })
  .openapi('ListedDelivery')

export const deliverySchema = z
  .object({ ...common, payload: json, attempts_made: z.array(attemptSchema) })
  .openapi('Delivery')

/** What finds events, and deliveries by their events. */
export const eventFilter = {
  event_types: list.openapi({ description: 'Types or patterns such as ticket.*, separated by commas.' }),
  key: text.optional(),
  tenant: text.optional(),
  contains: text.optional().openapi({ description: 'Text in the payload, the answer, the error or the key.' }),
  since: instant.optional(),
  until: instant.optional(),
}
const response = text
  .optional()
  .openapi({ description: 'A status such as 503, a class such as 5xx, or none: no answer.' })

export const deliveryFilter = {
  status: listOf(['pending', 'held', 'delivered', 'dead']).openapi({ description: 'Separated by commas.' }),
  response,
  ...eventFilter,
}

export const deadFilter = z.strictObject({
  event_types: z.array(text).min(1).max(100).optional(),
  key: eventFilter.key,
  tenant: eventFilter.tenant,
  response,
  contains: eventFilter.contains,
  since: eventFilter.since,
  until: eventFilter.until,
  dry_run: z.boolean().optional().openapi({ description: 'Only counts.' }),
  rate_limit: z.int().optional(),
})
