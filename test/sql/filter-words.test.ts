/** Why a filter did not let an event through, in words: the part of it that was false, and what it saw. */
import * as fc from 'fast-check'
import type { Client } from '../../sql/db.ts'
import { ask, describe, expect, test } from '../support/world.ts'

function parts(db: Client, filter: string): Promise<string[]> {
  return ask(db, 'select outbox.filter_parts($1::jsonpath)', [filter])
}

function values(db: Client, part: string, data: string): Promise<string | null> {
  return ask(db, 'select outbox.filter_values($1, $2)', [part, data])
}

function verdict(db: Client, filter: string, data: string): Promise<string | null> {
  return ask(db, 'select outbox.filter_verdict($1, outbox.data_for_filter($2))', [filter, data])
}

describe('outbox.filter_parts', () => {
  test.for<[filter: string, parts: string[]]>([
    ['$.a == 1', ['$."a" == 1']],
    ['$.a', ['$."a"']],
    ['$.a == 1 && $.b == 2 && $.c == 3', ['$."a" == 1', '$."b" == 2', '$."c" == 3']],
    ['$.a == 1 && ($.b == 2 && ($.c == 3 && $.d == 4))', ['$."a" == 1', '$."b" == 2', '$."c" == 3', '$."d" == 4']],
    // What holds when only one side does is one part, with brackets around it or without.
    ['$.a == 1 && $.b == 2 || $.c == 3', ['$."a" == 1 && $."b" == 2 || $."c" == 3']],
    ['$.a == 1 && ($.b == 2 || $.c == 3)', ['$."a" == 1', '$."b" == 2 || $."c" == 3']],
    ['!($.a == 1 && $.b == 2) && $.c == 3', ['!($."a" == 1 && $."b" == 2)', '$."c" == 3']],
    ['(($.a == 1 && $.b == 2) is unknown) && $.c == 3', ['($."a" == 1 && $."b" == 2) is unknown', '$."c" == 3']],
    ['exists($.a ? (@ > 1 && @ < 3)) && $.b == 2', ['exists ($."a"?(@ > 1 && @ < 3))', '$."b" == 2']],
    ['$.a ? (@ > 1 && @ < 3)', ['$."a"?(@ > 1 && @ < 3)']],
    ['($.a + 1) * 2 == 4 && $.b.size() == 1', ['($."a" + 1) * 2 == 4', '$."b".size() == 1']],
    ['$."a && (b" == "c || \\"&& d)" && $.e == 2', ['$."a && (b" == "c || \\"&& d)"', '$."e" == 2']],
    ['$.a like_regex "^(x|&&)" flag "i" && $.b == 2', ['$."a" like_regex "^(x|&&)" flag "i"', '$."b" == 2']],
    ['strict $.a == 1 && $.b == 2', ['strict $."a" == 1', 'strict $."b" == 2']],
    ['strict $.a.b', ['strict $."a"."b"']],
  ])('of %s', async ([filter, expected], { db }) => {
    expect(await parts(db, filter)).toEqual(expected)
  })

  test('let data through together exactly when the filter does', async ({ db }) => {
    const leaf = fc.oneof(
      fc
        .tuple(
          fc.constantFrom('a', 'b', 'c && d', 'e"('),
          fc.constantFrom('==', '>', '!='),
          fc.integer({ min: 0, max: 2 }),
        )
        .map(([key, operator, number]) => `$.${JSON.stringify(key)} ${operator} ${number}`),
      fc.constantFrom('exists($.a ? (@ > 0 && @ < 2))', '$.b == "x && (y"', '$.a + 1 == 2', '($.a == "x") is unknown'),
    )
    const { predicate } = fc.letrec<{ predicate: string }>((tie) => ({
      predicate: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(tie('predicate'), fc.constantFrom('&&', '&&', '||'), tie('predicate'))
          .map(([a, op, b]) => `(${a}) ${op} (${b})`),
        fc.tuple(tie('predicate'), tie('predicate')).map(([a, b]) => `${a} && ${b}`),
        tie('predicate').map((a) => `!(${a})`),
      ),
    }))
    const value = fc.option(fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom('x', 'x && (y')))
    const data = fc.record({ a: value, b: value, 'c && d': value, 'e"(': value }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('', 'strict '), predicate, data, async (mode, filter, given) => {
        const { rows } = await db.query(
          `select outbox.filter_matches($1, $2) as whole,
             (select bool_and(outbox.filter_matches(p::jsonpath, $2)) from unnest(outbox.filter_parts($1)) as p) as parts,
             outbox.filter_verdict($1, $2) is null as silent`,
          [mode + filter, JSON.stringify(given)],
        )
        const { whole } = rows[0] as { whole: boolean }
        expect(rows).toEqual([{ whole, parts: whole, silent: whole }])
      }),
      { seed: 3, numRuns: 300 },
    )
  })
})

describe('outbox.filter_values', () => {
  test.for<[part: string, data: string, words: string | null]>([
    ['$."a" == 1', '{"a":"low"}', '(it is "low")'],
    ['$."a" == 1', '{}', '(missing)'],
    ['$."a" == 1', '{"a":null}', '(it is null)'],
    ['$."a"."b" == 1', '{"a":{"b":{"c":2}}}', '(it is {"c": 2})'],
    ['$."a" != $."b"', '{"a":1}', '($."a" is 1, $."b" is missing)'],
    ['$."a" > 1 || $."a" < -1', '{"a":1}', '(it is 1)'],
    ['$."a"[*] == "x"', '{"a":["u","v"]}', '(it is "u", "v")'],
    ['$."a"[*] == "x"', '{"a":[1,2,3,4,5]}', '(it is 1, 2, 3, … (5 values))'],
    ['$."a".size() > 1', '{"a":[1]}', '(it is [1])'],
    ['$."at".datetime() > "2026-01-01".datetime()', '{"at":"yesterday"}', '(it is "yesterday")'],
    ['$."a"?(@ > $."b")', '{"a":1,"b":2}', '($."a" is 1, $."b" is 2)'],
    ['$."a"[last] == $."b"[$."n"]', '{"a":[1,2],"b":[3,4],"n":1}', '($."a"[last] is 2, $."b"[$."n"] is 4)'],
    ['$.**."id" == 1', '{"a":{"id":2}}', '(it is 2)'],
    ['$."$.b \\" $.c" == "$.d"', '{"$.b \\" $.c":7}', '(it is 7)'],
    ['$ == 1', '2', '(it is 2)'],
    ['1 == 2', '{}', null],
    ['$"variable" == 1', '{}', null],
    ['strict $."a" == 1', '[]', '(missing)'],
    ['$."a" == 1', JSON.stringify({ a: 'é'.repeat(100) }), `(it is "${'é'.repeat(79)}…)`],
  ])('of %s over %s', async ([part, data, words], { db }) => {
    expect(await values(db, part, data)).toBe(words)
  })
})

describe('outbox.filter_verdict', () => {
  test.for<[filter: string, data: string, words: string | null]>([
    ['$.record.priority == "high"', '{"record":{"priority":"high"}}', null],
    [
      '$.record.priority == "high"',
      '{"record":{"priority":"low"}}',
      'filter is false: $."record"."priority" == "high" (it is "low")',
    ],
    ['$.record.priority == "high"', '{"record":{}}', 'filter is false: $."record"."priority" == "high" (missing)'],
    ['$.a == 1 && $.b == 2 && $.c == 3', '{"a":1,"b":3,"c":3}', 'filter is false: $."b" == 2 (it is 3)'],
    ['$.a == 1 && $.b == 2', '{"a":2}', 'filter is false: $."a" == 1 (it is 2) and $."b" == 2 (missing)'],
    [
      '$.a == 1 && $.b == 1 && $.c == 1 && $.d == 1',
      '{}',
      'filter is false: $."a" == 1 (missing) and $."b" == 1 (missing) and $."c" == 1 (missing)',
    ],
    ['$.size > 10', '{"size":"eleven"}', 'filter cannot be decided: $."size" > 10 (it is "eleven")'],
    // False decides, whatever else cannot be decided.
    ['$.size > 10 && $.a == 1', '{"size":"eleven","a":2}', 'filter is false: $."a" == 1 (it is 2)'],
    ['$.size ? (@ > 10)', '{"size":3}', 'filter yields nothing: $."size"?(@ > 10) (it is 3)'],
    ['$.flag', '{"flag":false}', 'filter is false: $."flag" (it is false)'],
    ['$.flag', '{}', 'filter yields nothing: $."flag" (missing)'],
    ['1 == 2', '{}', 'filter is false: 1 == 2'],
    [
      'strict $.a.b',
      '{"a":{}}',
      'filter cannot be evaluated (JSON object does not contain key "b"): strict $."a"."b" (missing)',
    ],
    ['strict $.a == 1', '{}', 'filter cannot be decided: strict $."a" == 1 (missing)'],
    [
      '$.at.datetime()',
      '{"at":"yesterday"}',
      expect.stringMatching(/^filter cannot be evaluated \(.+\): \$\."at"\.datetime\(\) \(it is "yesterday"\)$/),
    ],
    [
      '$.ok == 1',
      '{"ok":1,"text":"\\u0000"}',
      'a filter lets nothing through that jsonb cannot hold: the data has \\u0000, or a number beyond its range',
    ],
    [
      '$.ok == 1',
      '{"ok":1,"n":1e999999}',
      'a filter lets nothing through that jsonb cannot hold: the data has \\u0000, or a number beyond its range',
    ],
  ])('of %s over %s', async ([filter, data, words], { db }) => {
    expect(await verdict(db, filter, data)).toEqual(words)
  })
})
