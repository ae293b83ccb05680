/** Requests as our relay signs them, and what may not pass for one. */
import { createHmac, createSecretKey } from 'node:crypto'
import { hubSignature, parseSecret, sign } from '../../../relay/sign.ts'
import { createSecret } from '../../../sql/secret.ts'

export interface Case {
  what: string
  /** Null: the header was not sent. */
  id: string | null
  timestamp: string | null
  signature: string | null
  hub: string | null
  body: string
  secret: string
  /** What verification is to say of the standard signature, and of the hub's. */
  expected: readonly [standard: boolean, hub: boolean]
}

const ID = '01998f0e-0000-7000-8000-000000000001'
// Digits beyond 2^53 and text beyond ASCII: what a verifier that parses the body first would get wrong.
const BODY = '{"id":"1","data":{"n":12345678901234567890,"name":"Zoë 🌱","html":"<a b=\\"c\\">\\n"}}'

interface Signed {
  age_s?: number
  /** Secrets that sign, too, and first. */
  others?: readonly string[]
  body?: string
}

function signed(
  secret: string,
  { age_s = 0, others = [], body: text = BODY }: Signed = {},
): Omit<Case, 'what' | 'expected'> {
  const timestamp = Math.floor(Date.now() / 1000) - age_s
  const body = Buffer.from(text)
  return {
    id: ID,
    timestamp: String(timestamp),
    signature: sign([...others, secret].map(parseSecret), ID, timestamp, body),
    hub: hubSignature(createSecretKey(Buffer.from(secret)), body),
    body: text,
    secret,
  }
}

/** What somebody would send who hopes that no secret is configured. */
function unkeyed(timestamp = String(Math.floor(Date.now() / 1000))): Omit<Case, 'what' | 'expected'> {
  const hmac = (text: string) => createHmac('sha256', '').update(text)
  return {
    id: ID,
    timestamp,
    signature: `v1,${hmac(`${ID}.${timestamp}.${BODY}`).digest('base64')}`,
    hub: `sha256=${hmac(BODY).digest('hex')}`,
    body: BODY,
    secret: '',
  }
}

export function cases(): Case[] {
  const [secret, other] = [createSecret(), createSecret()]
  const [short, long] = [24, 64].map((bytes) => `whsec_${Buffer.alloc(bytes, 0xfb).toString('base64')}`)
  const good = signed(secret)
  const both = [true, true] as const
  const neither = [false, false] as const
  return [
    { what: 'a good request', ...good, expected: both },
    { what: 'the shortest secret', ...signed(short ?? ''), expected: both },
    { what: 'the longest secret, longer than a block as text', ...signed(long ?? ''), expected: both },
    { what: 'an empty body', ...signed(secret, { body: '' }), expected: both },
    { what: 'two signatures, ours the second', ...signed(secret, { others: [other] }), expected: both },
    { what: 'another kind of signature before ours', ...good, signature: `v1a,AAAA ${good.signature}`, expected: both },
    { what: 'a request 290 s old', ...signed(secret, { age_s: 290 }), expected: both },
    { what: 'a request 310 s old', ...signed(secret, { age_s: 310 }), expected: [false, true] },
    { what: 'a request from the future', ...signed(secret, { age_s: -310 }), expected: [false, true] },
    { what: 'another body', ...good, body: BODY.replace('1', '2'), expected: neither },
    { what: 'a body with a space more', ...good, body: `${BODY} `, expected: neither },
    { what: 'another secret', ...good, secret: other, expected: neither },
    { what: 'another id', ...good, id: ID.replace('1', '2'), expected: [false, true] },
    { what: 'another time', ...good, timestamp: String(Number(good.timestamp) - 1), expected: [false, true] },
    { what: 'a time with a letter', ...good, timestamp: `${good.timestamp}x`, expected: [false, true] },
    { what: 'a time that is none', ...good, timestamp: 'now', expected: [false, true] },
    { what: 'a long time', ...good, timestamp: '9'.repeat(30), expected: [false, true] },
    { what: 'no headers', ...good, id: null, timestamp: null, signature: null, hub: null, expected: neither },
    { what: 'no signatures', ...good, signature: null, hub: null, expected: neither },
    { what: 'empty signatures', ...good, signature: '', hub: '', expected: neither },
    {
      what: 'signatures cut short',
      ...good,
      signature: good.signature?.slice(0, -1) ?? '',
      hub: 'sha256=',
      expected: neither,
    },
    {
      what: 'a bare signature',
      ...good,
      signature: good.signature?.slice(3) ?? '',
      hub: good.hub?.slice(7) ?? '',
      expected: neither,
    },
    { what: 'signatures beyond ASCII', ...good, signature: 'v1,ë', hub: 'sha256=ë', expected: neither },
    { what: 'signatures with no secret, where none is configured', ...unkeyed(), expected: neither },
    { what: 'the same where only the prefix is configured', ...unkeyed(), secret: 'whsec_', expected: neither },
  ]
}
