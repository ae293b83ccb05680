/** A request as it was sent, except for what is secret: the values of headers of one's own, and the signature. */
import { version } from '../../sql/package.ts'

export interface SentRequest {
  url: string
  headers: readonly (readonly [name: string, value: string])[]
}

interface Sent {
  url: string
  event_id: string
  /** When the attempt began. Null: none was made. */
  attempted_at: Date | null
  payload: string
  header_names: readonly string[]
  hub_signature: boolean
}

const KEPT = '***'

/** In the order in which the relay sends them. */
export function sentRequest({ url, event_id, attempted_at, payload, header_names, hub_signature }: Sent): SentRequest {
  // What was begun in one format is sent in it to the end, so the body tells, and not the webhook.
  const cloudevents = payload.startsWith('{"specversion":')
  const timestamp = attempted_at === null ? '(when it is sent)' : String(Math.floor(attempted_at.getTime() / 1000))
  return {
    url,
    headers: [
      ['content-type', cloudevents ? 'application/cloudevents+json' : 'application/json'],
      ['user-agent', `outbox/${version}`],
      ['accept-encoding', 'identity'],
      ...header_names.map((name) => [name, KEPT] as const),
      ['webhook-id', event_id],
      ['webhook-timestamp', timestamp],
      ['webhook-signature', `v1,${KEPT}`],
      ...(hub_signature ? [['X-Hub-Signature-256', `sha256=${KEPT}`] as const] : []),
    ],
  }
}

/** To be pasted into a shell. A null payload is one too long for that: it is read from a file. */
export function asCurl({ url, headers }: SentRequest, payload: string | null): string {
  const lines = [
    `curl -X POST ${quoted(url)}`,
    ...headers.map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`),
    `  --data-binary ${payload === null ? '@body.json' : quoted(payload)}`,
  ]
  return lines.join(' \\\n')
}

/** Between single quotes a shell reads nothing but the end of them. A body that begins with @ cannot be: it is JSON. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
