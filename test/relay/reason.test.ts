import { describe, expect, test } from 'vitest'
import { plainError, reasonOf } from '../../relay/reason.ts'

function failure(code: string, message = 'x'): Error {
  return Object.assign(new Error(message), { code })
}

describe('reasonOf', () => {
  test.each([
    ['CERT_HAS_EXPIRED', 'certificate has expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate is self-signed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate is for another name'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate chain is incomplete or its issuer is not trusted'],
    ['EAI_AGAIN', 'name look-up failed for the moment'],
    ['EHOSTUNREACH', 'no route to the host'],
    ['EPIPE', 'connection closed before an answer'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'port does not speak TLS'],
  ])('says plainly what %s means', (code, reason) => {
    expect(reasonOf(failure(code))).toBe(reason)
  })

  test('names a code it does not know, with the first line of the message and no stack', () => {
    expect(reasonOf(failure('E_NEW', 'something\0 new\n    at Socket.x'))).toBe('E_NEW: something new')
    expect(reasonOf(new TypeError('a bug'))).toBe('TypeError: a bug')
    expect(reasonOf(failure('E_LONG', 'x'.repeat(9_999))).length).toBeLessThan(250)
  })

  test('tells a reset during the TLS handshake from one after it', () => {
    const message = 'Client network socket disconnected before secure TLS connection was established'
    expect(reasonOf(failure('ECONNRESET', message))).toBe('connection closed during the TLS handshake')
    expect(reasonOf(failure('ECONNRESET', 'read ECONNRESET'))).toBe('connection reset before an answer')
  })

  test('passes on what is plain already', () => {
    expect(reasonOf(plainError('address not allowed (::1)'))).toBe('address not allowed (::1)')
  })
})
