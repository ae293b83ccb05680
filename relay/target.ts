/** Where a webhook's requests go, worked out once when the webhook is loaded and not again for every delivery. */
import { version } from '../sql/package.ts'

export interface Target {
  /** Scheme, host and port: what a connection is shared by. */
  origin: string
  /** Path and query. */
  path: string
}

/** The one of outbox.body_templates that makes CloudEvents. */
const CLOUDEVENTS = 0

/** Compressed answers are kept unread, so ask for plain ones. */
const constantHeaders = (content_type: string): readonly string[] =>
  Object.freeze(['content-type', content_type, 'user-agent', `outbox/${version}`, 'accept-encoding', 'identity'])
const JSON_HEADERS = constantHeaders('application/json')
const CLOUDEVENTS_HEADERS = constantHeaders('application/cloudevents+json')

/**
 * Flat name, value, … list of what is the same in every request; the caller appends the signature headers. Asked of the
 * delivery, not of its webhook: what was begun in one format is sent in it to the end.
 */
export function headersOf({ template_id }: { template_id: number | null }): readonly string[] {
  return template_id === CLOUDEVENTS ? CLOUDEVENTS_HEADERS : JSON_HEADERS
}

/** What may stand in a request line as it is. A backslash may not: URL parsers read it as a slash, servers do not. */
const AS_WRITTEN = /^https?:\/\/[^/?#\\]+(?<path>[\x21-\x7e]*)$/i

/** Throws a sentence that does not quote the URL, since the path of a webhook is often a credential of its own. */
export function parseTarget(url: string): Target {
  if (!URL.canParse(url)) throw new Error('the URL cannot be parsed')
  const parsed = new URL(url)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') throw new Error('the URL must be http or https')
  if (parsed.username !== '' || parsed.password !== '') throw new Error('the URL must not hold a user name or password')
  return { origin: parsed.origin, path: writtenPath(url) ?? parsed.pathname + parsed.search }
}

/**
 * The path and query as the owner wrote them: normalising would turn `/a/../b` or `%7E` into something else, and some
 * receivers compare the text. Null when it holds what a request line cannot carry.
 */
function writtenPath(url: string): string | null {
  const path = AS_WRITTEN.exec(url)?.groups?.['path']
  if (path === undefined || path.includes('\\')) return null
  const before_fragment = path.split('#', 1)[0] ?? ''
  return before_fragment.startsWith('/') ? before_fragment : `/${before_fragment}`
}
