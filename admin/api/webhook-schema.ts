/** The resource webhook. Its fields have the names of the columns, and what they may hold is said once, in the database. */
import { z } from '@hono/zod-openapi'
import { instant, text, uuid, warnings } from './schemas.ts'

const MOST_SECONDS = 2_592_000

/** Bounds are the database's. */
const wait = z
  .union([z.number().min(0).max(MOST_SECONDS), text.min(1).max(100)])
  .openapi({ description: 'Seconds, or a text that Postgres reads, such as "5 min".' })
/** Half a second has no exact float, but microseconds do. */
const interval = wait.transform((given) => (typeof given === 'number' ? `${given.toFixed(6)} seconds` : given))
const int = z.int().min(-2_147_483_648).max(2_147_483_647)

const settable = {
  url: text.max(2048).openapi({ example: 'https://example.com/hooks' }),
  description: text.max(1000).nullable(),
  events: z
    .array(text.max(128))
    .max(1000)
    .nullable()
    .openapi({
      description: 'Types, patterns such as ticket.*, or * for all, which null stands for too.',
      example: ['ticket.*'],
    }),
  enabled: z.boolean().nullable(),
  filter: text.max(10_000).nullable().openapi({
    description: 'An SQL/JSON path predicate over the body. Null: everything.',
    example: '$.data.priority == "high"',
  }),
  tenant: text.max(1000).nullable(),
  headers: z.record(text, text.nullable()).nullable().openapi({
    description:
      'Sent besides. Values are written and never read: answers mask them as ***; *** keeps a value, null removes it.',
  }),
  body_template: text.max(100_000).nullable(),
  format: text.max(40).nullable().openapi({ example: 'standard' }),
  ordered: z.boolean().nullable(),
  rate_limit: int.nullable().openapi({ description: 'Requests a second. Null: no limit.' }),
  max_in_flight: int.nullable(),
  timeout: interval.nullable(),
  retry_schedule: z.array(interval).max(1000).nullable(),
  hub_signature: z.boolean().nullable(),
}

export const webhookPatch = z.strictObject(settable).partial().openapi('WebhookPatch')
export const newWebhook = webhookPatch
  .extend({
    url: settable.url,
    secret: text
      .max(200)
      .optional()
      .openapi({ description: 'whsec_ and base64 of 24 to 64 bytes. Left out: one is made.' }),
  })
  .openapi('NewWebhook')
export type WebhookPatch = z.output<typeof webhookPatch>

const seconds = z.number().openapi({ description: 'Seconds.' })

export const webhookSchema = z
  .object({
    id: uuid,
    url: z.string(),
    description: z.string().nullable(),
    events: z.array(z.string()),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable(),
    disabled_at: instant.nullable(),
    paused_at: instant.nullable(),
    filter: z.string().nullable(),
    tenant: z.string().nullable(),
    headers: z.record(z.string(), z.string()).nullable(),
    body_template: z.string().nullable(),
    format: z.string(),
    ordered: z.boolean(),
    rate_limit: z.int().nullable(),
    max_in_flight: z.int(),
    timeout: seconds.nullable(),
    retry_schedule: z.array(seconds).nullable(),
    hub_signature: z.boolean(),
    created_at: instant,
    updated_at: instant,
    version: z.int().openapi({ description: 'Its ETag, for If-Match.' }),
    warnings,
  })
  .openapi('Webhook')

export const createdWebhook = webhookSchema
  .extend({ secret: z.string().optional().openapi({ description: 'The signing secret, told once.' }) })
  .openapi('CreatedWebhook')
