/** Postgres array literals, written by hand: pg's own conversion of a thousand values is the relay's largest single cost. */

/** For values that need no quoting: numbers, uuids, booleans. */
export function plainArray(values: readonly (string | number | boolean | null)[]): string {
  let text = '{'
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ','
    text += values[index] ?? 'NULL'
  }
  return text + '}'
}

const SPECIAL = /["\\]/

function quoted(value: string): string {
  return SPECIAL.test(value) ? '"' + value.replaceAll('\\', '\\\\').replaceAll('"', '\\"') + '"' : '"' + value + '"'
}

/** For any text. Answers of one receiver are alike, so a value that repeats the one before is not looked at again. */
export function textArray(values: readonly (string | null)[]): string {
  let text = '{'
  let last = ''
  let last_quoted = '""'
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ','
    const value = values[index] ?? null
    if (value === null) {
      text += 'NULL'
      continue
    }
    if (value !== last) last_quoted = quoted((last = value))
    text += last_quoted
  }
  return text + '}'
}
