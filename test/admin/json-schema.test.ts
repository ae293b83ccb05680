/** JSON Schemas that people write, and what data has against them. */
import { describe, expect, test } from 'vitest'
import { checkSchema, inWords, violations } from '../../admin/json-schema.ts'

const INVOICE = JSON.stringify({
  type: 'object',
  required: ['number'],
  properties: { number: { type: 'integer', minimum: 1 }, lines: { type: 'array', items: { type: 'object' } } },
})

describe('a schema', () => {
  test.for([
    '{}',
    'true',
    INVOICE,
    '{"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{"type": "string"}]}',
    '{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}], "additionalItems": false}',
    '{"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": true}',
    '{"$defs": {"node": {"properties": {"next": {"$ref": "#/$defs/node"}}}}, "$ref": "#/$defs/node"}',
    '{"x-owner": {"type": 7}}',
  ])('is one: %s', (text) => {
    expect(checkSchema(text)).toEqual([])
  })

  test.for([
    ['{"type": "objekt"}', '/type'],
    ['{"properties": {"a": {"minLength": -1}}}', '/properties/a/minLength'],
    ['{"required": "number"}', '/required'],
    ['{"properties": []}', '/properties'],
    ['{"pattern": "("}', '/pattern'],
    ['{"patternProperties": {"(": {}}}', '/patternProperties/('],
    ['{"allOf": []}', '/allOf'],
    ['{"properties": {"a": {"items": 3}}}', '/properties/a/items'],
    ['[]', ''],
    ['null', ''],
    ['{', ''],
    ['{"$schema": "https://example.com/mine"}', ''],
    ['{"$ref": "#/$defs/missing"}', ''],
    ['{"$ref": "#"}', ''],
    ['{"$ref": "https://example.com/a.json"}', ''],
  ] as const)('is none, and it says where: %s', ([text, at]) => {
    const found = checkSchema(text)
    expect(found.map((violation) => violation.at)).toEqual([at])
    expect(inWords(found)).not.toMatch(/undefined|\.$| {2}|http:\/\/$/)
  })
})

describe('data', () => {
  test.for([
    ['{"number": 17}', []],
    ['{"number": 0}', ['/number']],
    ['{}', ['']],
    ['{"number": "17", "lines": [{}, 3]}', ['/number', '/lines/1']],
    ['17', ['']],
  ] as const)('of an invoice: %s', ([data, at]) => {
    expect(violations(INVOICE, data).map((violation) => violation.at)).toEqual(at)
  })

  test('is told once about alternatives', () => {
    const schema = '{"properties": {"a": {"anyOf": [{"type": "string"}, {"properties": {"b": {"type": "null"}}}]}}}'
    expect(violations(schema, '{"a": {"b": 3}}').map(({ at }) => at)).toEqual(['/a'])
  })

  test('is judged by the dialect that the schema names', () => {
    const above = '"minimum": 2, "exclusiveMinimum": true'
    expect(violations(`{"$schema": "http://json-schema.org/draft-04/schema#", ${above}}`, '2')).toHaveLength(1)
    expect(violations(`{${above}}`, '2')).toEqual([])
  })

  test('does not hold up the process, whatever the pattern', () => {
    const began_at = performance.now()
    const found = violations('{"pattern": "^(a+)+$"}', JSON.stringify(`${'a'.repeat(60)}!`))
    expect(inWords(found)).toContain('longer than 250 ms')
    expect(performance.now() - began_at).toBeLessThan(5_000)
  })
})
