/** Why there was no answer, in words for the person who looks at the delivery: not `fetch failed`, not a stack. */

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset before an answer',
  EPIPE: 'connection closed before an answer',
  UND_ERR_SOCKET: 'connection closed before an answer',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to the host',
  EHOSTDOWN: 'no route to the host',
  ENETUNREACH: 'network unreachable',
  EADDRNOTAVAIL: 'no local port left for the connection',
  EMFILE: 'too many open files in this process',
  ENFILE: 'too many open files on this machine',
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name look-up failed for the moment',
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not valid yet',
  CERT_REVOKED: 'certificate has been revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate chain ends in a self-signed certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate chain is incomplete or its issuer is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate chain is incomplete or its issuer is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate chain is incomplete or its issuer is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'port does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'port does not speak TLS',
  // What undici calls any fault of the parser once it has seen a content-length.
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'answer is not valid HTTP',
  UND_ERR_HEADERS_OVERFLOW: 'response headers too large',
  HPE_HEADER_OVERFLOW: 'response headers too large',
  UND_ERR_DESTROYED: 'sending was stopped',
  UND_ERR_CLOSED: 'sending was stopped',
}

/** undici reports these through UND_ERR_SOCKET too; only the message tells them from a closed connection. */
const SOCKET_REASONS: Readonly<Record<string, string>> = {
  'bad response': 'answer is not valid HTTP (100 Continue or an answer nobody asked for)',
  'bad upgrade': 'answer is not valid HTTP (a protocol upgrade nobody asked for)',
}

const MAX_MESSAGE = 200

/** An error with words of its own, for what this code refuses itself. */
export function plainError(reason: string): Error {
  return Object.assign(new Error(reason), { code: 'OUTBOX_PLAIN' })
}

export function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'OUTBOX_PLAIN') return error.message
  if (code === 'UND_ERR_SOCKET') return SOCKET_REASONS[error.message] ?? 'connection closed before an answer'
  // Node says so when the peer hangs up between the TCP connection and the end of the TLS handshake.
  if (code === 'ECONNRESET' && error.message.includes('TLS')) return 'connection closed during the TLS handshake'
  const known = REASONS[code]
  if (known !== undefined) return known
  // undici's parser error mostly carries no code, only the parser's reason in brackets.
  if (error.name === 'HTTPParserError') return `answer is not valid HTTP (${parserReason(error) ?? code})`
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return `TLS handshake failed (${code}: ${firstLine(error)})`
  return `${code === '' ? error.name : code}: ${firstLine(error)}`
}

function parserReason(error: Error): string | undefined {
  return /\((?<reason>.+)\)$/.exec(firstLine(error))?.groups?.['reason']
}

function firstLine(error: Error): string {
  const line = error.message.split('\n', 1)[0] ?? ''
  return line.replaceAll('\0', '').slice(0, MAX_MESSAGE)
}
