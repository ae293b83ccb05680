import { readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { parseSecret, sign, verify } from '../../relay/sign.ts'
import { createSecret } from '../../sql/secret.ts'

interface Vector {
  secret: string
  id: string
  timestamp: number
  body: string
  signature: string
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL('signature-vectors.json', import.meta.url), 'utf8'))

const NOW = Math.floor(Date.now() / 1000)
const ID = '01998f0e-0000-7000-8000-000000000001'
// Digits beyond 2^53 and text beyond ASCII: what a verifier that re-serialises the body would get wrong.
const BODY = '{"id":"1","data":{"n":12345678901234567890,"name":"Zoë 🌱"}}'

function headersFor(signature: string, timestamp = NOW) {
  return { 'webhook-id': ID, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
}

function arrived(signature: string, timestamp = NOW) {
  return { id: ID, timestamp: String(timestamp), signature }
}

describe('parseSecret', () => {
  test('takes 24 to 64 bytes of base64 after whsec_', () => {
    expect(parseSecret(createSecret()).symmetricKeySize).toBe(32)
    expect(parseSecret(`whsec_${Buffer.alloc(24).toString('base64')}`).symmetricKeySize).toBe(24)
    expect(parseSecret(`whsec_${Buffer.alloc(64).toString('base64')}`).symmetricKeySize).toBe(64)
  })

  test.each([
    ['without the prefix', Buffer.alloc(32, 7).toString('base64')],
    ['of 23 bytes', `whsec_${Buffer.alloc(23, 7).toString('base64')}`],
    ['of 65 bytes', `whsec_${Buffer.alloc(65, 7).toString('base64')}`],
    ['with a character that is not base64', `whsec_${'BwcH'.repeat(8)}!BwcHBwcH`],
    ['without its padding', `whsec_${Buffer.alloc(32, 7).toString('base64').replace('=', '')}`],
  ])('refuses a secret %s and does not repeat it', (_, secret) => {
    const refusal = () => parseSecret(secret)
    expect(refusal).toThrow(/secret/)
    expect(refusal).not.toThrow('BwcH')
  })
})

describe('sign', () => {
  test.each(vectors)('makes the published signature of $id', ({ secret, id, timestamp, body, signature }) => {
    expect(sign([parseSecret(secret)], id, timestamp, Buffer.from(body))).toBe(signature)
  })

  test('is accepted by the standardwebhooks package', () => {
    const secret = createSecret()
    const signature = sign([parseSecret(secret)], ID, NOW, Buffer.from(BODY))
    expect(() => new Webhook(secret).verify(BODY, headersFor(signature))).not.toThrow()
  })

  test('signs with both secrets during a rotation, so that a receiver may hold either', () => {
    const secrets = [createSecret(), createSecret()]
    const signature = sign(secrets.map(parseSecret), ID, NOW, Buffer.from(BODY))
    expect(signature.split(' ')).toHaveLength(2)
    for (const secret of secrets) {
      expect(() => new Webhook(secret).verify(BODY, headersFor(signature))).not.toThrow()
    }
    expect(() => new Webhook(createSecret()).verify(BODY, headersFor(signature))).toThrow('No matching signature found')
  })
})

describe('verify', () => {
  const secret = createSecret()
  const keys = [parseSecret(secret)]
  const signature = sign(keys, ID, NOW, Buffer.from(BODY))

  test('accepts what the standardwebhooks package signs', () => {
    const theirs = new Webhook(secret).sign(ID, new Date(NOW * 1000), BODY)
    expect(verify(keys, arrived(theirs), Buffer.from(BODY), NOW)).toEqual({ ok: true })
  })

  test('accepts one good signature among others of several kinds', () => {
    const several = `v1a,AAAA v1,bm90IGl0 ${signature}`
    expect(verify([parseSecret(createSecret()), ...keys], arrived(several), Buffer.from(BODY), NOW)).toEqual({
      ok: true,
    })
  })

  test('refuses a body in which one byte is different', () => {
    expect(verify(keys, arrived(signature), Buffer.from(BODY.replace('0}', '1}').replace('🌱', '🌲')), NOW)).toEqual({
      ok: false,
      reason: 'no signature matches',
    })
  })

  test('refuses another id or timestamp with the same signature', () => {
    const body = Buffer.from(BODY)
    expect(verify(keys, { ...arrived(signature), id: 'other' }, body, NOW).ok).toBe(false)
    expect(verify(keys, { ...arrived(signature), timestamp: String(NOW - 1) }, body, NOW).ok).toBe(false)
  })

  test('refuses a timestamp older or newer than the tolerance', () => {
    const body = Buffer.from(BODY)
    expect(verify(keys, arrived(signature), body, NOW + 300)).toEqual({ ok: true })
    expect(verify(keys, arrived(signature), body, NOW + 301)).toMatchObject({
      reason: 'timestamp is 301 s old, 300 s allowed',
    })
    expect(verify(keys, arrived(signature), body, NOW - 301)).toMatchObject({
      reason: 'timestamp is 301 s in the future',
    })
  })

  test.each([
    ['no webhook-id header', { id: undefined }],
    ['no webhook-timestamp header', { timestamp: undefined }],
    ['no webhook-signature header', { signature: undefined }],
    ['webhook-timestamp is not a number of seconds', { timestamp: 'now' }],
    ['no v1 signature', { signature: 'v2,AAAA' }],
    ['no signature matches', { signature: 'v1,' }],
  ])('says when there is %s', (reason, change) => {
    expect(verify(keys, { ...arrived(signature), ...change }, Buffer.from(BODY), NOW)).toEqual({ ok: false, reason })
  })
})
