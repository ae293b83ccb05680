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

/** For any text. */
export function textArray(values: readonly (string | null)[]): string {
  let text = '{'
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ','
    const value = values[index]
    if (value === null || value === undefined) text += 'NULL'
    else if (SPECIAL.test(value)) text += '"' + value.replaceAll('\\', '\\\\').replaceAll('"', '\\"') + '"'
    else text += '"' + value + '"'
  }
  return text + '}'
}
