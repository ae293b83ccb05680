/**
 * Opens the sockets that undici uses. It is ours, not undici's `buildConnector`, for three reasons: a connect that
 * hangs can be destroyed at the deadline of the attempt that waits for it (undici has only a coarse timer of its own);
 * the error can say how far it came; and every address is judged where it is used, for literals, for what a name
 * resolves to, and for the peer that was really reached.
 */
import dns from 'node:dns'
import net from 'node:net'
import tls from 'node:tls'
import type { LookupAddress } from 'node:dns'
import type { buildConnector } from 'undici'
import { plainError } from './reason.ts'

export interface ConnectRules {
  /** Whether this address may be called. */
  allow: (address: string) => boolean
  resolve: Resolve
}

type Resolved = (error: Error | null, addresses: LookupAddress[]) => void
export type Resolve = (hostname: string, done: Resolved) => void

/** The connection of one client: its latest socket, and how far that has come. */
export interface Progress {
  socket: net.Socket | null
  phase: 'looking up the name' | 'connecting' | 'setting up TLS' | 'waiting for a connection'
}

export type Connect = (options: buildConnector.Options, progress: Progress, done: buildConnector.Callback) => void

/** One for each origin: it keeps the TLS session, which saves a round trip on the next connection. */
export function createConnect(rules: ConnectRules): Connect {
  const lookup = checkedLookup(rules)
  let session: Buffer | undefined
  return (options, progress, done) => {
    const secure = options.protocol === 'https:'
    const { hostname } = options
    if (net.isIP(hostname) !== 0 && !rules.allow(hostname)) {
      process.nextTick(() => done(refusal(hostname), null))
      return
    }
    const socket = open(options, lookup, session)
    if (secure) socket.on('session', (fresh: Buffer) => (session = fresh))
    progress.socket = socket
    progress.phase = net.isIP(hostname) === 0 ? 'looking up the name' : 'connecting'
    let ended = false
    const end = (...result: Parameters<buildConnector.Callback>) => {
      if (ended) return
      ended = true
      progress.phase = 'waiting for a connection'
      done(...result)
    }
    socket.once('lookup', () => (progress.phase = 'connecting'))
    if (secure) socket.once('connect', () => (progress.phase = 'setting up TLS'))
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      const peer = socket.remoteAddress
      if (peer === undefined) socket.destroy(plainError('connection closed before an answer'))
      else if (!rules.allow(peer)) socket.destroy(refusal(peer))
      else end(null, socket)
    })
    // Stays attached: an error after the connect is undici's to handle, and without a listener would end the process.
    socket.on('error', (error) => end(error, null))
  }
}

function open(options: buildConnector.Options, lookup: net.LookupFunction, session: Buffer | undefined): net.Socket {
  const { hostname: host } = options
  const secure = options.protocol === 'https:'
  const common = { host, port: Number(options.port) || (secure ? 443 : 80), lookup, highWaterMark: 65_536 }
  if (!secure) return net.connect(common).setNoDelay(true)
  // A server name must not be an address; the certificate is then checked against `host`.
  const servername = net.isIP(host) === 0 ? host : ''
  const resumed = session === undefined ? {} : { session }
  return tls.connect({ ...common, ...resumed, servername, ALPNProtocols: ['http/1.1'] }).setNoDelay(true)
}

/** Hands on only addresses that may be called: the connection is then made to exactly what was judged. */
function checkedLookup({ allow, resolve }: ConnectRules): net.LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, found) => {
      const [blocked] = found
      const addresses = found.filter(({ address }) => allow(address))
      const [first] = addresses
      if (error !== null) callback(error, [])
      else if (first === undefined) callback(refusal(blocked?.address ?? hostname), [])
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function refusal(address: string): Error {
  return plainError(`address not allowed (${address})`)
}

/**
 * The system's resolver, asked once for all who want the same name at the same time. It blocks one of the four threads
 * of Node's pool until it knows, so ten deliveries to one name with a dead name server would stop every other look-up.
 */
export function createResolve(): Resolve {
  const waiting = new Map<string, Resolved[]>()
  return (hostname, done) => {
    const others = waiting.get(hostname)
    if (others !== undefined) {
      others.push(done)
      return
    }
    const all = [done]
    waiting.set(hostname, all)
    dns.lookup(hostname, { all: true }, (error, addresses) => {
      waiting.delete(hostname)
      for (const one of all) one(error, addresses ?? [])
    })
  }
}
