/**
 * JSON Schemas of event types: whether a text is one, and what data has against it. Both come from people, and are
 * checked beside the relay: a pattern that backtracks for minutes, or a schema that refers to itself without end, must
 * not hold it up.
 */
import { Script } from 'node:vm'
import { Validator, type OutputUnit, type Schema, type SchemaDraft } from '@cfworker/json-schema'
import { metaSchema } from './meta-schema.ts'

export interface Violation {
  /** A JSON pointer into the data, or the schema: `/record/title`; empty: the whole. */
  at: string
  /** A sentence without its full stop. */
  says: string
}

const LIMIT_MS = 250
const SHOWN = 20
const LATEST = '2020-12'

const DIALECTS: readonly (readonly [RegExp, SchemaDraft])[] = [
  [/^https?:\/\/json-schema\.org\/draft-04\/schema#?$/, '4'],
  [/^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, '7'],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, '2019-09'],
  [/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, LATEST],
]

/** What keeps the text from being a JSON Schema. Empty: it is one. */
export function checkSchema(text: string): Violation[] {
  const schema = parsed(text)
  if (typeof schema === 'boolean') return []
  if (!isSchema(schema)) return whole('A JSON Schema is an object such as {"type": "object"}, or true or false')
  const dialect = dialectOf(schema)
  if (dialect === null)
    return whole('$schema names no dialect known here: it is draft-04, draft-07, 2019-09 or 2020-12 of json-schema.org')
  const wrong = compare(metaSchema, LATEST, schema)
  if (wrong.length > 0) return wrong
  // References are followed as data leads to them: to those at the top, at least, any data does.
  return compare(schema, dialect, null).filter(({ at, says }) => at === '' && says.startsWith(BROKEN))
}

/** What the data has against the schema; both are JSON text, the schema one that has been checked. */
export function violations(schema: string, data: string): Violation[] {
  const rules = parsed(schema)
  const value = parsed(data)
  if (typeof rules === 'boolean') return rules ? [] : whole('The schema is false: it lets nothing through')
  if (!isSchema(rules)) return whole(`${BROKEN}: it is no object`)
  return compare(rules, dialectOf(rules) ?? LATEST, value)
}

/** The sentences, as one. */
export function inWords(found: readonly Violation[]): string {
  return found.map(({ at, says }) => (at === '' ? says : `${at}: ${says}`)).join('; ')
}

const BROKEN = 'The schema cannot be followed'

function compare(schema: Schema, dialect: SchemaDraft, value: unknown): Violation[] {
  try {
    const { valid, errors } = inTime(() => new Validator(schema, dialect, false).validate(value))
    return valid ? [] : told(errors)
  } catch (error) {
    return whole(`${BROKEN}: ${reasonOf(error)}`)
  }
}

/** The work ends when its time is over, in the middle of whatever it is at. */
function inTime<T>(work: () => T): T {
  return new Script('work()').runInNewContext({ work }, { timeout: LIMIT_MS }) as T
}

function reasonOf(error: unknown): string {
  // That the time is over is told by an error of the other context.
  if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
    return `it takes longer than ${LIMIT_MS} ms`
  if (!(error instanceof Error)) return 'it has no meaning'
  if (error instanceof RangeError) return 'it refers to itself without end'
  if (error instanceof SyntaxError) return 'a pattern is no regular expression'
  const reference = /Unresolved \$ref "([^"]*)"/.exec(error.message)?.[1]
  return reference === undefined ? 'it has no meaning' : `$ref ${reference.slice(0, 200)} leads nowhere within it`
}

/** Not those that only say that something inside them was wrong. */
function told(errors: readonly OutputUnit[]): Violation[] {
  const inner = errors.filter(
    ({ keywordLocation, keyword }) =>
      ALTERNATIVES.has(keyword) ||
      !errors.some((other) => other.keywordLocation.startsWith(`${keywordLocation}/`) && !within(other, errors)),
  )
  return inner
    .filter((unit) => !within(unit, errors))
    .slice(0, SHOWN)
    .map(({ instanceLocation, error }) => ({ at: instanceLocation.replace(/^#/, ''), says: error.replace(/\.$/, '') }))
}

/** Of several ways to be right each says why it was not taken; the sentence about all of them is enough. */
const ALTERNATIVES: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'not', 'contains'])

function within(unit: OutputUnit, errors: readonly OutputUnit[]): boolean {
  return errors.some(
    ({ keyword, keywordLocation }) =>
      ALTERNATIVES.has(keyword) && unit.keywordLocation.startsWith(`${keywordLocation}/`),
  )
}

function dialectOf({ $schema }: Schema): SchemaDraft | null {
  if ($schema === undefined) return LATEST
  return DIALECTS.find(([address]) => address.test($schema))?.[1] ?? null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function whole(says: string): Violation[] {
  return [{ at: '', says }]
}
