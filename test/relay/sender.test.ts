import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSender } from '../../relay/send.ts'
import type { Outcome, Sender, SenderOptions, SendRequest } from '../../relay/send.ts'
import { startReceiver } from '../support/receiver.ts'
import type { ReceiverOptions } from '../support/receiver.ts'

async function world(receiver_options: ReceiverOptions = {}, sender_options: SenderOptions = {}) {
  const receiver = await startReceiver(receiver_options)
  const sender = createSender(sender_options)
  onTestFinished(async () => {
    sender.destroy()
    await receiver.close()
  })
  return { receiver, sender, send: (change: Partial<SendRequest> = {}) => sent(sender, receiver.url, change) }
}

function sent(sender: Sender, origin: string, change: Partial<SendRequest> = {}): Promise<Outcome> {
  const request = { origin, path: '/', headers: [], body: Buffer.from('{}'), timeout_ms: 5_000, ...change }
  return new Promise((resolve) => sender.send(request, resolve))
}

/** A server of Node's own, to see which connection each request came on. */
async function serverWith(handle: (request: http.IncomingMessage, response: http.ServerResponse) => void) {
  const server = http.createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('send', () => {
  test('posts the very bytes of the body with the headers it was given', async () => {
    const { receiver, send } = await world({ answer: () => ({ status: 202, body: 'thanks', headers: { 'x-a': 'b' } }) })
    const outcome = await send({ path: '/hook?a=%7E', headers: ['webhook-id', '1'], body: Buffer.from('{"n":1.0}ü') })
    expect(outcome).toMatchObject({ kind: 'answered', status: 202, body: 'thanks', retry_after_seconds: null })
    const received = await receiver.next()
    expect(received).toMatchObject({ path: '/hook?a=%7E', id: '1', body: '{"n":1.0}ü' })
  })

  test('reaches a receiver by its name, at the one of its addresses where it listens', async () => {
    const { receiver, sender } = await world()
    const url = receiver.url.replace('127.0.0.1', 'localhost')
    expect(await Promise.all([sent(sender, url), sent(sender, url)])).toMatchObject([{ status: 200 }, { status: 200 }])
  })

  test('reads the same headers again as they were, and others as they are', async () => {
    const { send } = await world({ answer: ({ body }) => ({ headers: { 'x-a': body, date: 'x' } }) })
    const headers: (string | undefined)[] = []
    for (const body of ['1', '1', '2']) {
      const outcome = await send({ body: Buffer.from(body) })
      const read: Record<string, string> = outcome.kind === 'answered' ? JSON.parse(outcome.headers) : {}
      headers.push(read['x-a'])
    }
    expect(headers).toEqual(['1', '1', '2'])
  })

  test('reports what undici refuses to send instead of throwing', async () => {
    const { send } = await world()
    expect(await send({ headers: ['a', 'b\nc'] })).toMatchObject({ error: 'UND_ERR_INVALID_ARG: invalid a header' })
  })

  test('lets an exception of the caller out instead of taking it for a fault of the receiver', async () => {
    const { receiver, sender } = await world()
    const calls: Outcome[] = []
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const escaped = once(process, 'uncaughtException')
    onTestFinished(() => before.forEach((listener) => process.on('uncaughtException', listener)))
    const request = { origin: receiver.url, path: '/', headers: [], body: Buffer.from('{}'), timeout_ms: 5_000 }
    sender.send(request, (outcome) => {
      calls.push(outcome)
      throw new Error('a bug of the caller')
    })
    expect((await escaped)[0]).toMatchObject({ message: 'a bug of the caller' })
    expect(calls).toHaveLength(1)
  })
})

describe('connections', () => {
  test('are used again for the next request', async () => {
    const sockets = new Set<Socket>()
    const url = await serverWith((request, response) => {
      sockets.add(request.socket)
      response.end()
    })
    const { sender } = await world()
    await sent(sender, url)
    // undici frees a connection a turn of the event loop after its answer, to see a close that follows at once.
    await nextTurn()
    await sent(sender, url)
    expect(sockets.size).toBe(1)
  })

  test('that the receiver closed while idle do not fail the next request', async () => {
    let closed: Promise<unknown> | undefined
    const url = await serverWith((request, response) => {
      closed ??= once(request.socket, 'close')
      response.end(() => request.socket.end())
    })
    const { sender } = await world()
    await sent(sender, url)
    await closed
    expect(await sent(sender, url)).toMatchObject({ kind: 'answered' })
  })

  test('that the receiver closes on a second request are reported, and the request is not repeated', async () => {
    let requests = 0
    const url = await serverWith((request, response) => {
      requests += 1
      if (requests === 1) response.end()
      else request.socket.destroy()
    })
    const { sender } = await world()
    await sent(sender, url)
    expect(await sent(sender, url)).toMatchObject({ error: expect.stringMatching(/^connection (closed|reset) before/) })
    expect(requests).toBe(2)
  })

  test('of an origin that nobody writes to are closed', async () => {
    let closed: Promise<unknown> | undefined
    const url = await serverWith((request, response) => {
      closed ??= once(request.socket, 'close')
      // Longer than the test may take: only closing the idle pool can end the connection in time.
      response.setHeader('keep-alive', 'timeout=60').end()
    })
    const sender = createSender({ idle_ms: 20 })
    onTestFinished(() => sender.destroy())
    await sent(sender, url)
    await closed
    expect(await sent(sender, url)).toMatchObject({ kind: 'answered' })
  })
})

describe('an address that is not allowed', () => {
  test('is not called, written as a literal or hidden behind a name', async () => {
    const { receiver, sender } = await world(
      {},
      {
        allow: (address) => address !== '127.0.0.1',
        resolve: (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
      },
    )
    const refused = { kind: 'no_answer', error: 'address not allowed (127.0.0.1)' }
    expect(await sent(sender, receiver.url)).toMatchObject(refused)
    expect(await sent(sender, receiver.url.replace('127.0.0.1', 'inside.test'))).toMatchObject(refused)
    expect(receiver.requests).toEqual([])
  })

  test('does not keep a name from being called at its other addresses', async () => {
    const addresses = [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]
    const { receiver, sender } = await world(
      {},
      { allow: (address) => address === '127.0.0.1', resolve: (_, done) => done(null, addresses) },
    )
    const url = receiver.url.replace('127.0.0.1', 'mixed.test')
    expect(await sent(sender, url)).toMatchObject({ kind: 'answered' })
  })
})

describe('stopping', () => {
  test('waits for the answer that is under way and takes nothing new', async () => {
    const { receiver, sender, send } = await world({ answer: () => ({ delay_ms: 100, body: 'late' }) })
    const outcome = send()
    await receiver.next()
    const closing = sender.close()
    expect(await send()).toMatchObject({ kind: 'no_answer', error: 'sending was stopped' })
    expect(await outcome).toMatchObject({ kind: 'answered', body: 'late' })
    await closing
    await sender.close()
  })

  test('at once gives up what is under way, connected or not, and says so', async () => {
    const { receiver, sender, send } = await world({ answer: () => ({ hang: true }) }, { resolve: () => {} })
    const waiting = [send(), sent(sender, 'http://slow.test')]
    await receiver.next()
    sender.destroy()
    const stopped = { kind: 'no_answer', error: 'sending was stopped' }
    expect(await Promise.all(waiting)).toMatchObject([stopped, stopped])
  })

  test('ends when the deadline of a connect that hangs has passed', async () => {
    const sender = createSender({ resolve: () => {} })
    const outcome = sent(sender, 'http://slow.test', { timeout_ms: 50 })
    await sender.close()
    expect(await outcome).toMatchObject({ error: 'timed out after 0.05 s while looking up the name' })
  })
})
