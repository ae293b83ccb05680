/** JSON that keeps what Postgres wrote: parsed and written again by JavaScript, digits beyond 2^53 would be lost. */

/** JSON text that stands in an answer as it is. */
export class RawJson {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export function raw(text: string | null): RawJson | null {
  return text === null ? null : new RawJson(text)
}

export type Value =
  | string
  | number
  | boolean
  | null
  | Date
  | RawJson
  | readonly Value[]
  | { readonly [name: string]: Value | undefined }

export function write(value: Value): string {
  if (value instanceof RawJson) return value.text
  if (value === null || typeof value !== 'object' || value instanceof Date) return JSON.stringify(value)
  if (isList(value)) return `[${value.map(write).join(',')}]`
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${JSON.stringify(name)}:${write(member)}`],
  )
  return `{${members.join(',')}}`
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value)
}
