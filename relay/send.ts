/**
 * Sends attempts through undici: one pool of connections for each origin, opened when the first request wants it and
 * closed when none has wanted it for a while.
 *
 * There is no retry in here. A request that was written to a kept-alive connection which the receiver was just closing
 * fails with `connection closed before an answer`: whether it was read is unknown, and a second POST behind the back of
 * whoever counts the attempts would be one that no row tells about. It is made rare instead: idle connections are given
 * up early, and undici looks for a close that has already arrived before it writes on a reused one.
 */
import { performance } from 'node:perf_hooks'
import { Client, Pool } from 'undici'
import { createConnect, createResolve } from './connect.ts'
import type { Connect, ConnectRules, Progress, Resolve } from './connect.ts'
import { createExchange, handlerOf } from './exchange.ts'
import { createHeadReader } from './outcome.ts'
import type { HeadReader, Outcome } from './outcome.ts'

export type { Outcome } from './outcome.ts'

export interface SendRequest {
  origin: string
  path: string
  /** Flat: name, value, … */
  headers: string[]
  body: Buffer
  /** For everything from the look-up of the name to the last byte of the answer. */
  timeout_ms: number
}

export interface SenderOptions {
  /**
   * How much of an answer is kept. 16 KiB holds a whole error page or stack trace of common frameworks, so the
   * connection can usually be kept too; ten attempts of the worst kind stay below what a TOAST page or two compress to.
   */
  max_response_bytes?: number
  /** Whether an address may be called: asked for the resolved addresses and for the peer that was reached. */
  allow?: (address: string) => boolean
  /** The resolver; a test gives one that hangs. */
  resolve?: Resolve
  /** How long the pool of an origin stays after its last request. */
  idle_ms?: number
}

export interface Sender {
  /** Calls `done` exactly once, never before `send` has returned. An exception that it throws is not caught. */
  send(request: SendRequest, done: (outcome: Outcome) => void): void
  /** Waits for what is under way (each has its deadline), then closes all connections. */
  close(): Promise<void>
  /** Gives up what is under way: each is reported as `sending was stopped`. */
  destroy(): void
}

interface Origin {
  pool: Pool
  readHead: HeadReader
  /** The connection of the client that undici chose for the request being dispatched right now. */
  chosen: Progress | null
  in_flight: number
  idle_since: number
}

const DEFAULT_MAX_RESPONSE_BYTES = 16_384
const DEFAULT_IDLE_MS = 60_000

const CLIENT_OPTIONS = {
  pipelining: 1,
  // The deadline of the attempt rules; undici's timers are coarse and start anew with every byte.
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: 16_384,
  // Receivers that do not say how long they keep a connection close it after 2 s (gunicorn) or more: be first.
  keepAliveTimeout: 1_500,
  // One that does say is believed, less a second for the way there and back, for a minute at most.
  keepAliveTimeoutThreshold: 1_000,
  keepAliveMaxTimeout: 60_000,
} as const

export function createSender(options: SenderOptions = {}): Sender {
  const rules = { allow: options.allow ?? (() => true), resolve: options.resolve ?? createResolve() }
  const body_limit = options.max_response_bytes ?? DEFAULT_MAX_RESPONSE_BYTES
  const idle_ms = options.idle_ms ?? DEFAULT_IDLE_MS
  const origins = new Map<string, Origin>()
  const sweeper = setInterval(() => closeIdle(origins, idle_ms), idle_ms / 2).unref()
  let stopped = false

  return {
    send(request, done) {
      if (stopped) {
        queueMicrotask(() => done({ kind: 'no_answer', error: 'sending was stopped', duration_ms: 0 }))
        return
      }
      let origin = origins.get(request.origin)
      if (origin === undefined) origins.set(request.origin, (origin = createOrigin(request.origin, rules)))
      dispatch(origin, request, body_limit, done)
    },
    async close() {
      stopped = true
      clearInterval(sweeper)
      // A pool's own close lets go of it only when what it carries has been answered or has met its deadline.
      await Promise.all(Array.from(origins.values(), ({ pool }) => pool.close().catch(() => {})))
    },
    destroy() {
      stopped = true
      clearInterval(sweeper)
      for (const { pool } of origins.values()) void pool.destroy()
    },
  }
}

function dispatch(origin: Origin, request: SendRequest, body_limit: number, done: (outcome: Outcome) => void): void {
  origin.in_flight += 1
  const { path, headers, body, timeout_ms } = request
  const finish = (outcome: Outcome) => {
    origin.in_flight -= 1
    if (origin.in_flight === 0) origin.idle_since = performance.now()
    done(outcome)
  }
  const exchange = createExchange({ timeout_ms, body_limit, readHead: origin.readHead, done: finish })
  origin.pool.dispatch({ method: 'POST', path, headers, body }, handlerOf(exchange))
  exchange.progress = origin.chosen
}

function createOrigin(url: string, rules: ConnectRules): Origin {
  const connect = createConnect(rules)
  const origin: Origin = {
    // No cap on connections: the caller's lanes bound what is in flight, and a queue here would eat into the deadline.
    // There are about 1.5 times as many as requests in flight: one is free again only a turn after its answer.
    pool: new Pool(url, { connections: null, factory: () => createClient(url, connect, origin) }),
    readHead: createHeadReader(),
    chosen: null,
    in_flight: 0,
    idle_since: performance.now(),
  }
  return origin
}

/** A client carries one request at a time, so its connection belongs to the request it was given last. */
function createClient(url: string, connect: Connect, origin: Origin): Client {
  const progress: Progress = { socket: null, phase: 'waiting for a connection' }
  const client = new Client(url, { ...CLIENT_OPTIONS, connect: (options, done) => connect(options, progress, done) })
  const dispatchOn = client.dispatch.bind(client)
  client.dispatch = (options, handler) => {
    origin.chosen = progress
    return dispatchOn(options, handler)
  }
  return client
}

function closeIdle(origins: Map<string, Origin>, idle_ms: number): void {
  const now = performance.now()
  for (const [url, origin] of origins) {
    if (origin.in_flight > 0 || now - origin.idle_since < idle_ms) continue
    origins.delete(url)
    void origin.pool.destroy()
  }
}
