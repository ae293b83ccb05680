/** What `outbox listen` shows of one request. */
import type { Arrival } from './listen.ts'
import { escapeUnsafe, layOut } from './layout.ts'
import type { Ink, Paint } from './layout.ts'

const CODES: Readonly<Record<Ink, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

/** For people: the time in a column of its own, everything else to the right of it, an empty line at the end. */
export function prettyLines(arrival: Arrival, color: boolean): string[] {
  const paint: Paint = color ? (ink, text) => `\u001b[${CODES[ink]}m${text}\u001b[0m` : (_, text) => text
  const { at, type, method, path, id, body } = arrival
  const time = clock(at)
  const title = type === '' ? `${method} without an event type` : type
  const facts = [id === '' ? 'no webhook-id' : id, size(body.length), ...(path === '/' ? [] : [path])]
  const shown = layOut(body.toString('utf8'), paint)
  const below = [
    paint('dim', escapeUnsafe(facts.join(' · '))),
    ...shown.lines,
    ...(shown.cut ? [paint('dim', '… cut here; with --json everything is printed')] : []),
  ]
  const margin = ' '.repeat(time.length)
  return [
    `${paint('dim', time)}  ${paint('bold', escapeUnsafe(title))}  ${checkText(arrival, paint)}`,
    ...below.map((line) => `${margin}  ${line}`),
    '',
  ]
}

/** For machines: one line. The body goes out as a string, as a JSON value it would have to be parsed and would change. */
export function jsonLine({ at, type, method, path, id, headers, body, check }: Arrival): string {
  const verified = check.kind === 'unchecked' ? null : check.kind === 'verified'
  const reason = check.kind === 'failed' ? check.reason : null
  const received = { at, type, id, verified, reason, method, path, bytes: body.length, headers, body: body.toString() }
  return escapeUnsafe(JSON.stringify(received))
}

function checkText({ check }: Arrival, paint: Paint): string {
  if (check.kind === 'verified') return paint('green', '✓ verified')
  if (check.kind === 'unchecked') return paint('yellow', 'not checked (no secret known)')
  return paint('red', `✗ NOT VERIFIED (${escapeUnsafe(check.reason)})`)
}

function clock(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
