/** What was sent: the request line, its headers, the body, and all of it as a command. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import type { DeliveryPageRow } from '../queries.ts'
import type { OneWebhookRow } from '../queries/webhook.ts'
import { urlFor } from '../parts/delivery.ts'
import { prettyJson } from '../parts/json.ts'
import type { Html } from '../parts/layout.ts'
import { code, part } from '../parts/parts.ts'
import { asCurl, sentRequest, type SentRequest } from '../parts/request.ts'

/** A longer body is nothing to paste into a shell. */
const IN_COMMAND = 16_384
/** Formatting may fold what stands in a template. */
const NEWLINE = '\n'

interface Sent {
  delivery: DeliveryPageRow
  webhook: OneWebhookRow | undefined
  /** Of the last attempt. */
  attempted_at: Date | null
}

export function requestOf(c: Context<Env>, { delivery, webhook, attempted_at }: Sent): Html {
  const { payload, event_id } = delivery
  if (payload === null) return part('Payload', html`<p>The event is older than the retention; its payload is gone.</p>`)
  if (webhook === undefined) return part('Payload', body(delivery, payload))
  const { header_names, hub_signature } = webhook
  const url = urlFor(c.get('actor'), webhook.url)
  const request = sentRequest({ url, event_id, attempted_at, payload, header_names, hub_signature })
  return part(
    'Request',
    html`${requestHead(request)} ${body(delivery, payload)} ${command(request, delivery, payload)}`,
  )
}

function requestHead({ url, headers }: SentRequest): Html {
  return html`<p class="muted">
      As sent by the last attempt, to the URL and with the header names that the webhook has now. Values that are
      secret, and the signature, are never shown.
    </p>
    <pre class="request">
POST ${url}
${headers.map(([name, value]) => html`<span class="name">${name}</span>: ${value}${NEWLINE}`)}</pre>`
}

function body({ payload_length }: DeliveryPageRow, payload: string): Html {
  const cut = payload_length !== null && payload_length > payload.length
  return html`<p class="muted">
      The body, laid out for reading; the values are as
      sent.${cut ? ` The first ${payload.length.toLocaleString('en')} of ${payload_length.toLocaleString('en')} characters.` : ''}
    </p>
    <pre class="json">${prettyJson(payload)}</pre>`
}

function command(request: SentRequest, { payload_length }: DeliveryPageRow, payload: string): Html {
  const short = (payload_length ?? 0) <= IN_COMMAND
  return html`<details id="curl">
    <summary>as <code>curl</code></summary>
    <p class="muted">
      With *** in place of what is secret.${short ? '' : ' The body is too long for a command: keep it in body.json.'}
    </p>
    ${code(asCurl(request, short ? payload : null))}
  </details>`
}
