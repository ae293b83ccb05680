/** Parts that several operations take or answer. */
import { z } from '@hono/zod-openapi'

export const uuid = z.guid().openapi({ format: 'uuid', example: '019a3c5e-7c1b-7d2f-8a44-0c9b1f6f5a10' })
export const instant = z.iso.datetime({ offset: true }).openapi({ example: '2026-03-01T12:00:00Z' })
/** Postgres stores no NUL in a text. */
export const text = z.string().refine((value) => !value.includes('\0'), 'holds a NUL character')
export const eventType = text
  .max(128)
  .regex(/^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/, 'Is no event type: noun.past_tense, such as ticket.created')
export const json = z.unknown().openapi({ description: 'Any JSON.' })

export const idParams = z.object({ id: uuid })

export const limit = z.coerce.number().int().min(1).max(200).default(50).openapi({ description: 'How many at most.' })
export const cursor = z.string().max(200).optional().openapi({ description: 'next_cursor of the page before.' })
export const page = { limit, cursor }

const listed = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((part) => part.split(',')))
/** `a,b` or given several times. */
export const list = listed.pipe(z.array(text).min(1).max(100)).optional()
export function listOf<const T extends readonly string[]>(values: T) {
  return listed.pipe(z.array(z.enum(values))).optional()
}

export const flag = z
  .enum(['true', 'false'])
  .transform((given) => given === 'true')
  .optional()

export const warnings = z
  .array(z.object({ message: z.string(), hint: z.string().nullable() }))
  .optional()
  .openapi({ description: 'What was accepted, but may not be what was meant.' })

/** A list and where it goes on. */
export function pageOf(item: z.ZodType, further: z.ZodRawShape = {}) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable(), ...further })
}
