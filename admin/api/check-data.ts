/** Data and the JSON Schema that its event type has. */
import { checkSchema as findFaults, inWords, violations } from '../json-schema.ts'
import type { Query } from '../pool.ts'
import { eventTypes, type EventTypeRow } from '../queries/event-resources.ts'
import { invalid, Problem } from './problem.ts'

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
  const errors = violations(JSON.stringify(schema), JSON.stringify(value)).map(({ at, says }) => ({
    field: [field, ...at.split('/').slice(1)].join('.'),
    detail: says,
  }))
  if (errors.length === 0) return
  throw new Problem(422, `${field} does not fit the JSON Schema of the type.`, { errors })
}

/** Raises 422 when it is none that can be used. */
export function checkSchema(schema: unknown): void {
  const found = findFaults(JSON.stringify(schema))
  if (found.length > 0) throw invalid('schema', `cannot be used: ${inWords(found)}`)
}
