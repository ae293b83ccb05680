/** Data and the JSON Schema that its event type has. */
import { Validator } from '@cfworker/json-schema'
import type { Query } from '../pool.ts'
import { eventTypes, type EventTypeRow } from '../queries/event-resources.ts'
import { invalid, Problem, type FieldError } from './problem.ts'

/** Raises 422 when the type is unknown or the data does not fit its schema. A type without one takes any. */
export async function checkData(query: Query, type: string, data: unknown): Promise<void> {
  const [row] = await query<EventTypeRow>(eventTypes, [type, null, 1])
  if (row === undefined)
    throw invalid(
      'type',
      'is not in the catalog, so that nothing says what its data is',
      'POST /event-types defines it.',
    )
  if (row.schema !== null) checkAgainst(JSON.parse(row.schema), data, 'data')
}

export function checkAgainst(schema: unknown, value: unknown, field: string): void {
  const errors = faults(schema, value, field)
  if (errors.length === 0) return
  throw new Problem(422, `${field} does not fit the JSON Schema of the type.`, { errors })
}

/** Raises 422 when it is none that can be used. */
export function checkSchema(schema: unknown): void {
  // Which value is tried does not matter.
  faults(schema, null, 'schema')
}

function faults(schema: unknown, value: unknown, field: string): FieldError[] {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema)))
    throw invalid('schema', 'is no JSON Schema', 'It is an object such as {"type": "object"}, or true or false.')
  let result
  try {
    result = new Validator(schema, '2020-12', false).validate(value)
  } catch (error) {
    throw invalid('schema', `cannot be used: ${(error as Error).message}`)
  }
  if (result.valid) return []
  return result.errors.map(({ instanceLocation, error }) => ({
    field: [field, ...instanceLocation.split('/').slice(1)].join('.'),
    detail: error,
  }))
}
