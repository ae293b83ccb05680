import type { SignedWebhook } from './webhook.ts'

const standard = `import { createHmac, timingSafeEqual } from 'node:crypto'

// headers: request.headers. body: the bytes as they arrived (a Buffer), before any JSON parser. secret: whsec_…
export function verify(headers, body, secret) {
  const id = headers['webhook-id'] ?? ''
  const timestamp = headers['webhook-timestamp'] ?? ''
  const signatures = headers['webhook-signature'] ?? ''
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  if (key.length < 24) return false
  if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false
  const hmac = createHmac('sha256', key).update(id + '.' + timestamp + '.').update(body)
  const expected = 'v1,' + hmac.digest('base64')
  // There are several while a secret is being rotated.
  return signatures.split(' ').some((signature) => equal(signature, expected))
}

function equal(given, expected) {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
`

const hub = `
// The other signature, as GitHub sends it: it covers the body alone, and does not tell a repeated request from a new one.
export function verifyHub(headers, body, secret) {
  if (secret.length < 24) return false
  const expected = 'sha256=' + createHmac('sha256', secret).update(body).digest('hex')
  return equal(headers['x-hub-signature-256'] ?? '', expected)
}
`

/** An ES module for Node.js. */
export function node({ hub_signature }: SignedWebhook): string {
  return standard + (hub_signature ? hub : '')
}
