/** What the keywords of a JSON Schema may hold, in any dialect that is known here. Other keywords mean nothing. */
import type { Schema } from '@cfworker/json-schema'

const one: Schema = { $ref: '#' }
const some: Schema = { type: 'array', items: one, minItems: 1 }
const named: Schema = { type: 'object', additionalProperties: one }
const count: Schema = { type: 'integer', minimum: 0 }
const names: Schema = { type: 'array', items: { type: 'string' }, uniqueItems: true }
const simple: Schema = { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] }
const text: Schema = { type: 'string' }
const number: Schema = { type: 'number' }

const keywords = (kind: Schema, list: string) => Object.fromEntries(list.split(' ').map((keyword) => [keyword, kind]))

export const metaSchema: Schema = {
  type: ['object', 'boolean'],
  properties: {
    ...keywords(
      one,
      'additionalItems additionalProperties contains else if not propertyNames then unevaluatedItems unevaluatedProperties',
    ),
    ...keywords(some, 'allOf anyOf oneOf prefixItems'),
    ...keywords(named, '$defs definitions dependentSchemas properties'),
    ...keywords(count, 'maxContains maxItems maxLength maxProperties minContains minItems minLength minProperties'),
    ...keywords(number, 'maximum minimum'),
    ...keywords({ type: ['number', 'boolean'] }, 'exclusiveMaximum exclusiveMinimum'),
    ...keywords(text, '$anchor $comment $dynamicAnchor $dynamicRef $id $ref $schema description format title'),
    patternProperties: { ...named, propertyNames: { format: 'regex' } },
    pattern: { type: 'string', format: 'regex' },
    items: { anyOf: [one, some] },
    dependencies: { type: 'object', additionalProperties: { anyOf: [one, names] } },
    dependentRequired: { type: 'object', additionalProperties: names },
    enum: { type: 'array' },
    multipleOf: { type: 'number', exclusiveMinimum: 0 },
    required: names,
    type: { anyOf: [simple, { type: 'array', items: simple, minItems: 1, uniqueItems: true }] },
    uniqueItems: { type: 'boolean' },
  },
}
