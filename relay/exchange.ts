/**
 * One request and its answer, from the moment it is handed to undici until its outcome is known.
 *
 * The handler has the method names that undici calls itself (`onConnect`, `onHeaders` …). Its newer names
 * (`onRequestStart` …) are served by a wrapper that makes a controller and parses all headers for every request.
 *
 * The status line decides. Once it has arrived, whatever happens to the body (it never ends, it is too long, the
 * connection breaks) the attempt is answered, with as much of the body as was read: a receiver that said 2xx has taken
 * the event, and sending it again would make a duplicate out of a cosmetic fault; one that said 410 has to be heard too.
 * Svix judges in the same way.
 *
 * An outcome is reported in a microtask, never from inside undici's parser, which would swallow an exception of the
 * caller's and go on as if nothing had happened.
 */
import { performance } from 'node:perf_hooks'
import type { Dispatcher } from 'undici'
import type { Progress } from './connect.ts'
import { bodyText } from './outcome.ts'
import type { Head, HeadReader, Outcome } from './outcome.ts'
import { plainError, reasonOf } from './reason.ts'

/** A receiver may send a few 102 or 103 first; one that sends nothing else would keep the parser busy to the deadline. */
const MAX_INFORMATIONAL = 20

export interface Exchange {
  started: number
  timeout_ms: number
  timer: NodeJS.Timeout
  body_limit: number
  readHead: HeadReader
  done: (outcome: Outcome) => void
  settled: boolean
  /** Whether undici has a connection and has begun to write the request. */
  written: boolean
  /** The connection of the client that carries this request. */
  progress: Progress | null
  answering: boolean
  informational: number
  /** 0 until a final status line has arrived. */
  status: number | null
  head: Head | null
  chunks: Buffer[]
  size: number
}

export type ExchangeOptions = Pick<Exchange, 'timeout_ms' | 'body_limit' | 'readHead' | 'done'>

export function createExchange({ timeout_ms, body_limit, readHead, done }: ExchangeOptions): Exchange {
  const exchange: Exchange = {
    started: performance.now(),
    timeout_ms,
    timer: setTimeout(() => expire(exchange), timeout_ms),
    body_limit,
    readHead,
    done,
    settled: false,
    written: false,
    progress: null,
    answering: false,
    informational: 0,
    status: null,
    head: null,
    chunks: [],
    size: 0,
  }
  return exchange
}

export function handlerOf(exchange: Exchange): Dispatcher.DispatchHandler {
  return {
    onConnect: (abort) => start(exchange, abort),
    onResponseStarted: () => {
      exchange.answering = true
    },
    onHeaders: (status, raw) => takeHead(exchange, status, raw),
    onData: (chunk) => takeBody(exchange, chunk),
    onComplete: () => answered(exchange, false),
    onError: (error) => fail(exchange, error),
  }
}

function start(exchange: Exchange, abort: () => void): void {
  // The deadline can pass while undici waits for a connection: then the request must not be written any more.
  if (exchange.settled) abort()
  else exchange.written = true
}

/**
 * Destroys the connection. undici's own abort would do so too, but puts the request back into the queue of its client,
 * which then opens another connection (without any deadline) only to find that the request was aborted. So it is made
 * to look like a fault of the socket: of the kind that ends the request it carries, or the connect that waits for it.
 */
function discard({ progress, written }: Exchange): void {
  const error = plainError('no longer wanted')
  progress?.socket?.destroy(written ? Object.assign(error, { code: 'UND_ERR_SOCKET' }) : error)
}

function takeHead(exchange: Exchange, status: number, raw: readonly Buffer[]): boolean {
  if (status >= 200) {
    exchange.status = status
    exchange.head = exchange.readHead(raw)
    return true
  }
  exchange.informational += 1
  if (exchange.informational > MAX_INFORMATIONAL) {
    discard(exchange)
    fail(exchange, plainError(`more than ${MAX_INFORMATIONAL} informational (1xx) answers`))
  }
  return true
}

function takeBody(exchange: Exchange, chunk: Buffer): boolean {
  if (exchange.settled) return true
  const room = exchange.body_limit - exchange.size
  if (chunk.length <= room) {
    exchange.chunks.push(chunk)
    exchange.size += chunk.length
    return true
  }
  exchange.chunks.push(chunk.subarray(0, room))
  exchange.size += room
  discard(exchange)
  answered(exchange, true)
  return true
}

/** The one deadline: the connection is destroyed, not left to end by itself. */
function expire(exchange: Exchange): void {
  if (exchange.settled) return
  discard(exchange)
  if (exchange.status === null) {
    fail(exchange, plainError(`timed out after ${exchange.timeout_ms / 1000} s while ${waitingFor(exchange)}`))
  } else {
    answered(exchange, true)
  }
}

function waitingFor(exchange: Exchange): string {
  if (!exchange.written) return exchange.progress?.phase ?? 'waiting for a connection'
  if (exchange.informational > 0) return 'waiting for more than 1xx answers'
  return exchange.answering ? 'headers were still arriving' : 'waiting for headers'
}

function fail(exchange: Exchange, error: Error): void {
  if (exchange.status === null) {
    settle(exchange, { kind: 'no_answer', error: reasonOf(error), duration_ms: elapsed(exchange) })
  } else {
    answered(exchange, true)
  }
}

function answered(exchange: Exchange, cut: boolean): void {
  if (exchange.settled || exchange.status === null) return
  settle(exchange, {
    kind: 'answered',
    status: exchange.status,
    headers: exchange.head?.headers ?? '{}',
    body: bodyText(exchange.chunks, cut),
    retry_after_seconds: exchange.head?.retry_after_seconds ?? null,
    duration_ms: elapsed(exchange),
  })
}

function settle(exchange: Exchange, outcome: Outcome): void {
  if (exchange.settled) return
  exchange.settled = true
  clearTimeout(exchange.timer)
  // A connect that nobody waits for would go on for minutes, and undici has no handle on it.
  if (!exchange.written) discard(exchange)
  queueMicrotask(() => exchange.done(outcome))
}

function elapsed(exchange: Exchange): number {
  return Math.round((performance.now() - exchange.started) * 1000) / 1000
}
