/** Signing secrets as texts: making one, and what one has to look like. */
import { randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** The bounds of Standard Webhooks: shorter can be guessed, longer adds nothing to SHA-256. */
const MIN_BYTES = 24
const MAX_BYTES = 64

/** A new secret of 32 random bytes, the length of the hash: longer keys make HMAC-SHA256 no stronger. */
export function createSecret(): string {
  return PREFIX + randomBytes(32).toString('base64')
}

/** The key in a `whsec_…` text. The error never quotes the text: it may be a real secret with a typing mistake. */
export function secretBytes(secret: string): Buffer {
  if (!secret.startsWith(PREFIX)) throw new Error(`a signing secret starts with "${PREFIX}"`)
  const encoded = secret.slice(PREFIX.length)
  // Buffer.from skips what is not base64, which would turn a typing mistake into another, valid key.
  if (!BASE64.test(encoded)) throw new Error(`a signing secret is "${PREFIX}" followed by base64 with its padding`)
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
    throw new Error(`a signing secret holds ${MIN_BYTES} to ${MAX_BYTES} bytes, this one ${bytes.length}`)
  }
  return bytes
}
