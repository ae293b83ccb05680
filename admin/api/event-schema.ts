/** The resource event. */
import { z } from '@hono/zod-openapi'
import { eventType, instant, json, text, uuid } from './schemas.ts'

export const newEvent = z
  .strictObject({
    type: eventType.openapi({ example: 'order.shipped' }),
    // Not optional: an event without data has {}.
    data: z.unknown().refine((value) => value !== undefined, 'Is missing; an event without data has {}'),
    key: text.max(1000).nullish().openapi({ description: 'What the event is about.' }),
    tenant: text.max(1000).nullish(),
    idempotency_key: text
      .max(1024)
      .nullish()
      .openapi({ description: 'A second event with it is none: the answer names the first one.' }),
    validate: z.boolean().optional().openapi({ description: 'Check data against the JSON Schema of the type.' }),
  })
  .openapi('NewEvent')

const common = {
  id: uuid,
  type: z.string(),
  key: z.string().nullable(),
  tenant: z.string().nullable(),
  txid: z.string().openapi({ description: 'The transaction that wrote it.' }),
  occurred_at: instant,
  only_for: uuid.nullable().openapi({ description: 'The only webhook that it is meant for: a test.' }),
}

export const listedEvent = z.object({ ...common, data_bytes: z.int() }).openapi('ListedEvent')

const explained = z
  .object({
    webhook_id: uuid,
    url: z.string().nullable(),
    matched: z.boolean(),
    reason: z.string(),
    status: z.string().nullable(),
    attempts: z.int().nullable(),
    next_attempt_at: instant.nullable(),
    response_status: z.int().nullable(),
    error: z.string().nullable(),
  })
  .openapi('Explanation')

export const eventSchema = z
  .object({ ...common, data: json, context: json, webhooks: z.array(explained) })
  .openapi('Event')
