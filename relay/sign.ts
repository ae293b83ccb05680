/**
 * Signatures after the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`, sent as `v1,<base64>`.
 * While a secret is being rotated every active secret signs, so that a receiver may hold either of them.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { secretBytes } from '../sql/secret.ts'

/** A secret ready for use. Decoding it again for every delivery would cost as much as a short HMAC: callers keep it. */
export type SigningKey = KeyObject

export type Verdict = { ok: true } | { ok: false; reason: string }

/** The three headers as they arrived: undefined is a header that was not sent. */
export interface SignatureHeaders {
  id: string | undefined
  timestamp: string | undefined
  signature: string | undefined
}

/** A rotation needs two; more than this is somebody who wants us to compute. */
const MAX_SIGNATURES = 10

/** The key in a `whsec_…` text. The error never quotes the text. */
export function parseSecret(secret: string): SigningKey {
  return createSecretKey(secretBytes(secret))
}

/** The value of `webhook-signature`. The body is hashed where it lies; only the short prefix is put together. */
export function sign(keys: readonly SigningKey[], id: string, timestamp: number, body: Buffer): string {
  const prefix = `${id}.${timestamp}.`
  let signatures = ''
  for (const key of keys) {
    const signature = createHmac('sha256', key).update(prefix).update(body).digest('base64')
    signatures += signatures === '' ? `v1,${signature}` : ` v1,${signature}`
  }
  return signatures
}

/** The value of `X-Hub-Signature-256`, as GitHub and many others send it: over the body alone. */
export function hubSignature(key: SigningKey, body: Buffer): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`
}

/** Whether one of the keys made one of the signatures, and the timestamp lies within the tolerance of now. */
export function verify(
  keys: readonly SigningKey[],
  headers: SignatureHeaders,
  body: Buffer,
  now_seconds: number,
  tolerance_seconds = 300,
): Verdict {
  const { id, timestamp, signature } = headers
  if (!id) return refused('no webhook-id header')
  if (!timestamp) return refused('no webhook-timestamp header')
  if (!signature) return refused('no webhook-signature header')
  if (!/^\d{1,12}$/.test(timestamp)) return refused('webhook-timestamp is not a number of seconds')
  const age = now_seconds - Number(timestamp)
  if (age > tolerance_seconds) return refused(`timestamp is ${Math.round(age)} s old, ${tolerance_seconds} s allowed`)
  if (-age > tolerance_seconds) return refused(`timestamp is ${Math.round(-age)} s in the future`)
  const given = signaturesIn(signature)
  if (given.length === 0) return refused('no v1 signature')
  return anyMatches(keys, `${id}.${timestamp}.`, body, given) ? { ok: true } : refused('no signature matches')
}

function refused(reason: string): Verdict {
  return { ok: false, reason }
}

function signaturesIn(header: string): Buffer[] {
  return header
    .split(' ', MAX_SIGNATURES)
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice(3), 'base64'))
}

/** Goes through all pairs even after a match: the time taken tells nothing about which of them matched. */
function anyMatches(keys: readonly SigningKey[], prefix: string, body: Buffer, given: readonly Buffer[]): boolean {
  let matched = false
  for (const key of keys) {
    const expected = createHmac('sha256', key).update(prefix).update(body).digest()
    for (const signature of given) {
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) matched = true
    }
  }
  return matched
}
