/** /event-types: the catalog. */
import { z } from '@hono/zod-openapi'
import type { Query } from '../pool.ts'
import {
  deleteEventType,
  eventTypes,
  insertEventType,
  updateEventType,
  type EventTypeRow,
} from '../queries/event-resources.ts'
import { checkAgainst, checkSchema } from './check-data.ts'
import { cursorOf, positionOf } from './cursor.ts'
import { raw } from './json.ts'
import { define, type Api } from './operation.ts'
import { Problem } from './problem.ts'
import { eventType, instant, json, page, pageOf, text } from './schemas.ts'

const tag = 'Event types'
const params = z.object({ type: eventType })
const settable = {
  description: text.max(1000).nullish(),
  schema: json.optional().openapi({ description: 'JSON Schema (2020-12) of the data. Null: any.' }),
  example: json.optional().openapi({ description: 'An example of the data; it has to fit the schema.' }),
}
const newEventType = z.strictObject({ type: eventType, ...settable }).openapi('NewEventType')
const eventTypePatch = z.strictObject(settable).openapi('EventTypePatch')
const eventTypeSchema = z
  .object({
    type: z.string(),
    description: z.string().nullable(),
    schema: json,
    example: json,
    source: z.string(),
    created_at: instant,
  })
  .openapi('EventType')

export function eventTypeOperations(api: Api): void {
  define(
    api,
    {
      method: 'post',
      path: '/event-types',
      scope: 'write',
      tag,
      summary: 'Define an event type',
      body: newEventType,
      answers: { 201: eventTypeSchema },
    },
    async ({ c, change, body: { type, description } }) => {
      const given = await c.req.text()
      return change(async (query) => {
        const found = await query<EventTypeRow>(eventTypes, [type, null, 1])
        if (found.length > 0) throw new Problem(409, `There is an event type ${type} already; PATCH changes it.`)
        await query(insertEventType, [type, description, given])
        return { status: 201, body: await checked(query, type), headers: { location: `/api/v1/event-types/${type}` } }
      })
    },
  )
  define(
    api,
    {
      method: 'patch',
      path: '/event-types/{type}',
      scope: 'write',
      tag,
      summary: 'Change an event type',
      description: 'What is left out stays; a schema or an example is replaced as a whole.',
      params,
      body: eventTypePatch,
      answers: { 200: eventTypeSchema },
    },
    async ({ c, change, params: { type } }) => {
      const given = await c.req.text()
      return change(async (query) => {
        await query(updateEventType, [type, given])
        return { status: 200, body: await checked(query, type) }
      })
    },
  )
  define(
    api,
    {
      method: 'delete',
      path: '/event-types/{type}',
      scope: 'write',
      tag,
      summary: 'Take an event type out of the catalog',
      params,
      answers: { 204: null },
    },
    ({ change, params: { type } }) =>
      change(async (query) => {
        if ((await query(deleteEventType, [type])).length === 0) throw noType(type)
        return { status: 204 }
      }),
  )
  readOperations(api)
}

function readOperations(api: Api): void {
  define(
    api,
    {
      method: 'get',
      path: '/event-types',
      scope: 'read',
      tag,
      summary: 'List event types by name',
      query: z.object(page),
      answers: { 200: pageOf(eventTypeSchema) },
    },
    async ({ read, query: { limit, cursor } }) => {
      const values = [null, positionOf('event-types', cursor), limit + 1]
      const rows = await read((query) => query<EventTypeRow>(eventTypes, values))
      const shown = rows.slice(0, limit)
      const next = rows.length > limit ? (shown.at(-1)?.type ?? null) : null
      return { status: 200, body: { data: shown.map(resource), next_cursor: cursorOf('event-types', next) } }
    },
  )
  define(
    api,
    {
      method: 'get',
      path: '/event-types/{type}',
      scope: 'read',
      tag,
      summary: 'Read an event type',
      params,
      answers: { 200: eventTypeSchema },
    },
    async ({ read, params: { type } }) => ({ status: 200, body: resource(await read((query) => one(query, type))) }),
  )
}

/** As it is now, if its example fits its schema. */
async function checked(query: Query, type: string) {
  const row = await one(query, type)
  if (row.schema !== null) {
    const schema: unknown = JSON.parse(row.schema)
    checkSchema(schema)
    if (row.example !== null) checkAgainst(schema, JSON.parse(row.example), 'example')
  }
  return resource(row)
}

async function one(query: Query, type: string): Promise<EventTypeRow> {
  const [row] = await query<EventTypeRow>(eventTypes, [type, null, 1])
  if (row === undefined) throw noType(type)
  return row
}

function noType(type: string): Problem {
  return new Problem(404, `There is no event type ${type}.`)
}

function resource(row: EventTypeRow) {
  return { ...row, schema: raw(row.schema), example: raw(row.example) }
}
