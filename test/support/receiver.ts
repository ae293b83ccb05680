/**
 * A webhook receiver that does what the test says and remembers what arrived. Waiting is driven by arrivals: nothing in
 * here polls, and nothing sleeps unless the test asked for a slow answer.
 */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  /** Path and query. */
  path: string
  /** Empty when the header was not sent. */
  id: string
  type: string
  timestamp: string
  signature: string
  headers: http.IncomingHttpHeaders
  body: string
  json(): unknown
  /** Milliseconds since the epoch. */
  at: number
}

export interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
  delay_ms?: number
  /** Never answers. */
  hang?: true
  /** Breaks the connection. */
  reset?: true
}

export interface Receiver {
  /** Without a trailing slash: any path after it is received too. */
  url: string
  requests: Received[]
  /** The first request, arrived or still to come, that matches and that no earlier call of `next` has given away. */
  next(predicate?: (request: Received) => boolean, timeout_ms?: number): Promise<Received>
  /** All requests, as soon as there are so many. */
  waitFor(count: number, timeout_ms?: number): Promise<Received[]>
  close(): Promise<void>
}

export interface ReceiverOptions {
  answer?: (request: Received) => Answer | Promise<Answer>
}

interface Waiter {
  /** True when it got what it wanted. */
  tries(): boolean
}

const DEFAULT_WAIT_MS = 10_000

export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const requests: Received[] = []
  const taken = new Set<Received>()
  const waiters = new Set<Waiter>()
  const server = http.createServer((request, response) => {
    void receive(request).then(async (received) => {
      if (received === null) return
      requests.push(received)
      for (const waiter of waiters) if (waiter.tries()) waiters.delete(waiter)
      answer(response, (await options.answer?.(received)) ?? {})
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const wait = <T>(what: string, find: () => T | undefined, timeout_ms: number) =>
    waitUntil(
      waiters,
      find,
      timeout_ms,
      () => `${what} did not arrive; arrived: ${JSON.stringify(requests.map(brief))}`,
    )
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    next: (predicate = () => true, timeout_ms = DEFAULT_WAIT_MS) =>
      wait('a matching request', () => take(requests, taken, predicate), timeout_ms),
    waitFor: (count, timeout_ms = DEFAULT_WAIT_MS) =>
      wait(`request ${count}`, () => (requests.length >= count ? requests : undefined), timeout_ms),
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Null when the sender gave up before the body had arrived. */
async function receive(request: http.IncomingMessage): Promise<Received | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch {
    return null
  }
  const body = Buffer.concat(chunks).toString('utf8')
  const header = (name: string) => String(request.headers[name] ?? '')
  return {
    path: request.url ?? '',
    id: header('webhook-id'),
    type: typeOf(body),
    timestamp: header('webhook-timestamp'),
    signature: header('webhook-signature'),
    headers: request.headers,
    body,
    json: () => JSON.parse(body) as unknown,
    at: Date.now(),
  }
}

/** The event type stands in the body only. Empty when the body is something else. */
function typeOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null && 'type' in parsed ? String(parsed.type) : ''
  } catch {
    return ''
  }
}

function answer(response: http.ServerResponse, { status, headers, body, delay_ms, hang, reset }: Answer): void {
  if (hang) return
  const act = () => {
    if (reset) response.socket?.resetAndDestroy()
    else response.writeHead(status ?? 200, headers ?? {}).end(body ?? '')
  }
  if (delay_ms === undefined) act()
  else setTimeout(act, delay_ms)
}

function take(requests: Received[], taken: Set<Received>, predicate: (request: Received) => boolean) {
  const found = requests.find((request) => !taken.has(request) && predicate(request))
  if (found !== undefined) taken.add(found)
  return found
}

function brief(request: Received): string {
  return `${request.path} ${request.type} ${request.id}`
}

function waitUntil<T>(waiters: Set<Waiter>, find: () => T | undefined, timeout_ms: number, fault: () => string) {
  return new Promise<T>((resolve, reject) => {
    const waiter = {
      tries() {
        const found = find()
        if (found === undefined) return false
        clearTimeout(timer)
        resolve(found)
        return true
      },
    }
    const timer = setTimeout(() => {
      waiters.delete(waiter)
      reject(new Error(`after ${timeout_ms} ms ${fault()}`))
    }, timeout_ms)
    if (!waiter.tries()) waiters.add(waiter)
  })
}
