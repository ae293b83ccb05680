/** Receivers that misbehave, each on a bare TCP server: the attempt ends by its deadline and says plainly why. */
import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSender } from '../../relay/send.ts'
import type { Outcome, SendRequest, SenderOptions } from '../../relay/send.ts'

const TIMEOUT_MS = 200
/** Generous: a busy machine may be late, but an attempt that outlives its deadline by seconds is a fault. */
const LATEST_MS = 5_000

async function attempt(origin: string, options: SenderOptions = {}, request: Partial<SendRequest> = {}) {
  const sender = createSender(options)
  onTestFinished(() => sender.close())
  const full = { origin, path: '/', headers: [], body: Buffer.from('{}'), timeout_ms: TIMEOUT_MS, ...request }
  const outcome = await new Promise<Outcome>((resolve) => sender.send(full, resolve))
  expect(outcome.duration_ms).toBeLessThan(LATEST_MS)
  return outcome
}

/** Listens on a free port; `behave` is called with each connection once the request has begun to arrive. */
async function hostile(behave: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => behave(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, server }
}

/** How many there have been, once all are closed. */
async function closed(sockets: Set<net.Socket>): Promise<number> {
  // Not once(): it would take a reset, which is how some of them end, for a failure.
  for (const socket of sockets) if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
  return sockets.size
}

/** Writes the text again and again until the connection is gone. */
function drip(socket: net.Socket, text: string, every_ms: number): void {
  const timer = setInterval(() => socket.write(text), every_ms)
  socket.once('close', () => clearInterval(timer))
}

function respond(text: string | Buffer) {
  return (socket: net.Socket) => void socket.write(text)
}

const OK = 'HTTP/1.1 200 OK\r\n'
const UNASKED_UPGRADE = 'answer is not valid HTTP (a protocol upgrade nobody asked for)'

describe('a receiver that gives no answer', () => {
  test.each<[string, (socket: net.Socket) => void, string]>([
    ['stays silent', () => {}, 'timed out after 0.2 s while waiting for headers'],
    ['drips its headers', drippingHeaders, 'timed out after 0.2 s while headers were still arriving'],
    ['sends 102 slowly', dripping102, 'timed out after 0.2 s while waiting for more than 1xx answers'],
    [
      'storms with 103',
      respond('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000)),
      'more than 20 informational (1xx) answers',
    ],
    ['closes at once', (socket) => socket.end(), 'connection closed before an answer'],
    ['resets', (socket) => socket.resetAndDestroy(), 'connection reset before an answer'],
    ['speaks garbage', respond('SSH-2.0-OpenSSH_9.2\r\n'), 'answer is not valid HTTP (Expected HTTP/, RTSP/ or ICE/)'],
    ['sends 20 KB of headers', respond(`${OK}x: ${'y'.repeat(20_000)}\r\n\r\n`), 'response headers too large'],
    ['upgrades', respond('HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'), UNASKED_UPGRADE],
  ])('and %s is told by its reason, and the connection is gone', async (_, behave, error) => {
    const { origin, sockets } = await hostile(behave)
    expect(await attempt(origin)).toEqual({ kind: 'no_answer', error, duration_ms: expect.any(Number) })
    expect(await closed(sockets)).toBe(1)
  })
})

function drippingHeaders(socket: net.Socket): void {
  socket.write(OK)
  drip(socket, 'x-more: y\r\n', 10)
}

function dripping102(socket: net.Socket): void {
  drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n', 40)
}

describe('an attempt that finds no connection', () => {
  test('says that the port refused', async () => {
    const { origin, server } = await hostile(() => {})
    server.close()
    await once(server, 'close')
    expect(await attempt(origin)).toMatchObject({ error: 'connection refused' })
  })

  test('says that the name does not exist', async () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND gone.test'), { code: 'ENOTFOUND' })
    const outcome = await attempt('http://gone.test', { resolve: (_, done) => done(error, []) })
    expect(outcome).toMatchObject({ error: 'name not found' })
  })

  test('says that the look-up of the name took all its time', async () => {
    expect(await attempt('http://slow.test', { resolve: () => {} })).toMatchObject({
      error: 'timed out after 0.2 s while looking up the name',
    })
  })

  test('says that TLS was never set up', async () => {
    const { origin } = await hostile(() => {})
    expect(await attempt(origin.replace('http:', 'https:'))).toMatchObject({
      error: 'timed out after 0.2 s while setting up TLS',
    })
  })

  // A listener that accepts nothing, with its queue full, leaves a SYN without an answer on Linux.
  test.skipIf(process.platform !== 'linux')('says that the connect took all its time', async () => {
    const listener = `const { parentPort } = require('node:worker_threads')
      const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
        parentPort.postMessage(server.address().port)
        setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
      })`
    const worker = new Worker(listener, { eval: true })
    onTestFinished(() => void worker.terminate())
    const [port] = await once(worker, 'message')
    const queue = Array.from({ length: 4 }, () => net.connect(port, '127.0.0.1').on('error', () => {}))
    onTestFinished(() => queue.forEach((socket) => socket.destroy()))
    await Promise.all(queue.slice(0, 2).map((socket) => once(socket, 'connect')))
    expect(await attempt(`http://127.0.0.1:${port}`)).toMatchObject({ error: 'timed out after 0.2 s while connecting' })
  })
})

describe('an answer', () => {
  const plain = `${OK}content-length: 2\r\n`
  const gzipped = gzipSync('{"received":true}')

  test.each<[string, string | Buffer, Partial<Outcome>]>([
    ['that redirects is not followed', 'HTTP/1.1 302 x\r\nlocation: /y\r\ncontent-length: 0\r\n\r\n', { status: 302 }],
    ['has its headers in one object', `${plain}X-A: "1"\r\nx-a: 2\r\n\r\nok`, headers('x-a', '"1", 2')],
    ['keeps only the headers that fit in 8 kB', `${plain}a: b\r\nc: ${'d'.repeat(9000)}\r\n\r\nok`, headers('a', 'b')],
    ['may ask for a pause in seconds', `${plain}retry-after: 120\r\n\r\nok`, { retry_after_seconds: 120 }],
    ['may ask for no pause by a past date', `${plain}retry-after: ${new Date(0).toUTCString()}\r\n\r\nok`, pause(0)],
    ['is not believed when the pause is absurd', `${plain}retry-after: 99999999999\r\n\r\nok`, pause(null)],
    ['is not believed when the pause is no date', `${plain}retry-after: soon 1\r\n\r\nok`, pause(null)],
    [
      'with NUL and invalid UTF-8 is stored as text',
      Buffer.concat([Buffer.from(plain), Buffer.from([13, 10, 0, 255])]),
      body('��'),
    ],
    ['that never ends is what was read of it', `${OK}content-length: 9\r\n\r\nhalf`, { status: 200, ...body('half') }],
    ['that breaks off is what was read of it', `${OK}transfer-encoding: chunked\r\n\r\n2\r\nok\r\nzz`, body('ok')],
    [
      'longer than the limit is cut between characters',
      `${OK}\r\n${'a'.repeat(15)}ü${'b'.repeat(99)}`,
      body('a'.repeat(15)),
    ],
  ])('%s', async (_, text, expected) => {
    const { origin } = await hostile(respond(text))
    expect(await attempt(origin, { max_response_bytes: 16 })).toMatchObject({ kind: 'answered', ...expected })
  })

  test('without end is cut, the connection closed, and the deadline not waited for', async () => {
    const { origin, sockets } = await hostile((socket) => {
      socket.write(`${OK}\r\n`)
      drip(socket, 'x'.repeat(10_000), 1)
    })
    expect(await attempt(origin, {}, { timeout_ms: 60_000 })).toMatchObject(body('x'.repeat(16_384)))
    expect(await closed(sockets)).toBe(1)
  })

  test('that drips its body counts with its status at the deadline', async () => {
    const { origin } = await hostile((socket) => {
      socket.write('HTTP/1.1 410 Gone\r\n\r\n')
      drip(socket, '.', 20)
    })
    expect(await attempt(origin)).toMatchObject({ status: 410, body: expect.stringMatching(/^\.+$/) })
  })

  test('in gzip is not decompressed', async () => {
    const head = `${OK}content-encoding: gzip\r\ncontent-length: ${gzipped.length}\r\n\r\n`
    const { origin } = await hostile(respond(Buffer.concat([Buffer.from(head), gzipped])))
    expect(await attempt(origin)).toMatchObject({ status: 200, body: expect.not.stringContaining('received') })
  })
})

function headers(name: string, value: string): Partial<Outcome> {
  return { headers: JSON.stringify({ 'content-length': '2', [name]: value }) }
}

function pause(retry_after_seconds: number | null): Partial<Outcome> {
  return { retry_after_seconds }
}

function body(text: string): Partial<Outcome> {
  return { body: text }
}
