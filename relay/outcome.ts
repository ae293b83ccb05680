/** What one attempt came to, and how an answer is turned into text that Postgres can store whatever the receiver sent. */
import { StringDecoder } from 'node:string_decoder'

export type Outcome =
  | {
      kind: 'answered'
      status: number
      /** The text of a JSON object: lower-case names, repeated headers joined with a comma. */
      headers: string
      /** At most the limit in bytes of the answer, as valid UTF-8 without NUL. */
      body: string
      /** Null when absent or absurd. */
      retry_after_seconds: number | null
      duration_ms: number
    }
  | { kind: 'no_answer'; error: string; duration_ms: number }

export interface Head {
  headers: string
  retry_after_seconds: number | null
}

/** Enough for every header of a sane answer. A row is written for each attempt: receivers must not choose its size. */
const MAX_HEADER_TEXT = 8192
const MAX_KEPT_CHUNK = 4096
/** Beyond a month it is a mistake or a joke, and an integer column has to hold it. */
const MAX_RETRY_AFTER_SECONDS = 31 * 86_400

export type HeadReader = (raw: readonly Buffer[]) => Head

/**
 * Reads the raw name, value, … list of an answer: one reader for each origin, since a busy receiver sends the very same
 * headers until its `date` moves on. Comparing them with the previous ones costs a tenth of reading them again.
 */
export function createHeadReader(): HeadReader {
  let previous: readonly Buffer[] = []
  let head: Head | null = null
  return (raw) => {
    if (head !== null && sameBytes(raw, previous)) return head
    const fresh = readHead(raw, Date.now())
    // What a Retry-After date means changes with the time of day, and a view keeps alive the whole chunk it is part of.
    const keep = fresh.retry_after_seconds === null && (raw[0]?.buffer.byteLength ?? 0) <= MAX_KEPT_CHUNK
    previous = keep ? raw : []
    head = keep ? fresh : null
    return fresh
  }
}

/** A loop of our own: ten calls of Buffer.equals on a few bytes each take four times as long. */
function sameBytes(left: readonly Buffer[], right: readonly Buffer[]): boolean {
  if (left.length !== right.length) return false
  for (let i = 0; i < left.length; i++) {
    const a = left[i]
    const b = right[i]
    if (a === undefined || b === undefined || a.length !== b.length) return false
    for (let j = 0; j < a.length; j++) if (a[j] !== b[j]) return false
  }
  return true
}

/** Headers beyond the limit are left out, the first ones are kept. */
export function readHead(raw: readonly Buffer[], now_ms: number): Head {
  const values = new Map<string, string>()
  let length = 2
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i]?.toString('latin1') ?? '').toLowerCase()
    const value = raw[i + 1]?.toString('latin1') ?? ''
    length += name.length + value.length + 6
    if (length > MAX_HEADER_TEXT) break
    const earlier = values.get(name)
    values.set(name, earlier === undefined ? value : `${earlier}, ${value}`)
  }
  return { headers: headerText(values), retry_after_seconds: retryAfter(values.get('retry-after'), now_ms) }
}

/** Written by hand: an object would lose a header named `__proto__` and reorder numeric names. */
function headerText(values: ReadonlyMap<string, string>): string {
  let text = ''
  for (const [name, value] of values) {
    text += `${text === '' ? '{' : ','}"${name}":${JSON.stringify(value)}`
  }
  return text === '' ? '{}' : `${text}}`
}

/** Seconds to wait as the receiver asked, given as a number or as an HTTP date (RFC 9110, 10.2.3). */
export function retryAfter(value: string | undefined, now_ms: number): number | null {
  if (value === undefined) return null
  const seconds = /^\d{1,10}$/.test(value) ? Number(value) : secondsUntil(value, now_ms)
  return seconds !== null && seconds <= MAX_RETRY_AFTER_SECONDS ? seconds : null
}

function secondsUntil(date: string, now_ms: number): number | null {
  // Date.parse takes nearly anything ("soon 1" is a day in 2001); all three HTTP forms begin with the day's name.
  if (!/^[A-Z][a-z]{2,8},? /.test(date)) return null
  const at_ms = Date.parse(date)
  return Number.isNaN(at_ms) ? null : Math.max(0, Math.ceil((at_ms - now_ms) / 1000))
}

/**
 * The body as text. Invalid UTF-8 becomes U+FFFD, and so does NUL, which Postgres cannot store in text. A cut body loses
 * the character that the limit fell into, so that it does not end in a replacement character that was never sent.
 */
export function bodyText(chunks: readonly Buffer[], cut: boolean): string {
  const [first] = chunks
  if (first === undefined) return ''
  const bytes = chunks.length === 1 ? first : Buffer.concat(chunks)
  const text = cut ? new StringDecoder('utf8').write(bytes) : bytes.toString('utf8')
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}
