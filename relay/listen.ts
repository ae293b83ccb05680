/** The receiver behind `outbox listen`: verifies and prints what arrives, so that a webhook can be tried without writing one. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { jsonLine, prettyLines } from './print.ts'
import { parseSecret, verify } from './sign.ts'

export interface ReceiverOptions {
  /** 0: any free port. */
  port: number
  host?: string
  /** Asked again for each request, so that a rotated secret counts at once. */
  secrets: () => Promise<readonly string[]> | readonly string[]
  write: (line: string) => void
  color: boolean
  /** One JSON text per request instead of the layout for people. */
  json?: boolean
  /** What a request with a good signature, or one that could not be checked, is answered with. */
  status?: number
}

export interface LocalReceiver {
  url: string
  port: number
  close(): Promise<void>
}

export interface Arrival {
  at: Date
  method: string
  path: string
  /** Empty when the body tells none. */
  type: string
  /** Empty when the header was not sent. */
  id: string
  headers: http.IncomingHttpHeaders
  body: Buffer
  check: Check
}

/** `unchecked`: no secret is known. */
export type Check = { kind: 'verified' } | { kind: 'unchecked' } | { kind: 'failed'; reason: string }

const MAX_BODY_BYTES = 10 * 1024 * 1024

export async function createReceiver(options: ReceiverOptions): Promise<LocalReceiver> {
  const host = options.host ?? '127.0.0.1'
  const server = http.createServer((request, response) => {
    handle(request, response, options).catch((error: unknown) => {
      options.write(`a request could not be handled: ${error instanceof Error ? error.message : String(error)}`)
      respond(response, 500, '{"error":"the receiver could not handle the request"}')
    })
  })
  server.listen(options.port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw listenError(error, host, options.port)
  }
  const { port } = server.address() as AddressInfo
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port, close: () => close(server) }
}

async function handle(request: http.IncomingMessage, response: http.ServerResponse, options: ReceiverOptions) {
  if (request.method === 'GET' || request.method === 'HEAD') {
    respond(response, 405, '{"error":"this is outbox listen: it takes webhooks by POST"}')
    return
  }
  const body = await readBody(request)
  if (body === null) {
    options.write(`a request larger than ${MAX_BODY_BYTES / 1024 / 1024} MB was refused`)
    respond(response, 413, '{"error":"the body is too large"}')
    return
  }
  const check = checkSignature(await options.secrets(), request.headers, body)
  const { method = '', url: path = '', headers } = request
  const id = header(headers, 'webhook-id') ?? ''
  const arrival = { at: new Date(), method, path, type: typeOf(body), id, headers, body, check }
  const lines = options.json === true ? [jsonLine(arrival)] : prettyLines(arrival, options.color)
  for (const line of lines) options.write(line)
  if (check.kind === 'failed') respond(response, 400, JSON.stringify({ error: check.reason }))
  else respond(response, options.status ?? 200, '{"received":true}')
}

/** Null when it is too large; the rest is then read and dropped, since a sender that still writes reads no answer. */
async function readBody(request: http.IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : null
}

function checkSignature(secrets: readonly string[], headers: http.IncomingHttpHeaders, body: Buffer): Check {
  if (secrets.length === 0) return { kind: 'unchecked' }
  const given = {
    id: header(headers, 'webhook-id'),
    timestamp: header(headers, 'webhook-timestamp'),
    signature: header(headers, 'webhook-signature'),
  }
  const verdict = verify(secrets.map(parseSecret), given, body, Math.floor(Date.now() / 1000))
  return verdict.ok ? { kind: 'verified' } : { kind: 'failed', reason: verdict.reason }
}

function header(headers: http.IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

function typeOf(body: Buffer): string {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    const typed = typeof parsed === 'object' && parsed !== null && 'type' in parsed
    return typed && typeof parsed.type === 'string' ? parsed.type : ''
  } catch {
    return ''
  }
}

function respond(response: http.ServerResponse, status: number, body: string): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

function listenError(error: unknown, host: string, port: number): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return new Error(`port ${port} on ${host} is already in use: choose another with --port`)
  if (code === 'EACCES') return new Error(`port ${port} on ${host} is reserved: choose one above 1023 with --port`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new Error(`${host} is not an address of this machine`)
  return error instanceof Error ? error : new Error(String(error))
}

async function close(server: http.Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
