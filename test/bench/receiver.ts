/**
 * The receivers of all scenarios, in one process. HTTP is read and answered by hand, for requests with a
 * content-length only: node:http would take as much CPU as the relay, and the two share this machine.
 *
 * What the path begins with decides the answer: /ok at once, /slow/20/ after 20 ms, /hang never.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { serve } from './child.ts'
import { now } from './clock.ts'

/** Nothing, the title of the ticket in the body, or the event's id. */
type Recorded = 'nothing' | 'titles' | 'ids'

const END = Buffer.from('\r\n\r\n')
const PATH = /^POST (\S+) /
const LENGTH = /\r\ncontent-length: (\d+)/i
const ID = /\r\nwebhook-id: (\S+)/i
const TITLE = /"title":"([^"]*)"/

/** Longer than anything here takes on a slow machine. */
const PATIENCE_MS = 180_000

let answer = Buffer.alloc(0)
let record: Recorded = 'nothing'
let count = 0
let keys: string[] = []
let times: number[] = []
let hanging: Socket[] = []
let target = Number.POSITIVE_INFINITY
let onTarget = () => {}

/** The headers that a Node application sends. */
function makeAnswer(): void {
  answer = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ${new Date().toUTCString()}\r\nConnection: keep-alive\r\n` +
      `Keep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok`,
  )
}

function take(socket: Socket, head: string, body: Buffer): void {
  const path = PATH.exec(head)?.[1] ?? ''
  if (record !== 'nothing') {
    const key = record === 'ids' ? ID.exec(head) : TITLE.exec(body.toString())
    keys.push(key?.[1] ?? '')
    times.push(now())
  }
  if (path.startsWith('/hang')) {
    hanging.push(socket)
    return
  }
  if (path.startsWith('/slow/')) setTimeout(() => socket.write(answer), Number(path.split('/')[2]))
  else socket.write(answer)
  count += 1
  if (count >= target) onTarget()
}

function attach(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const end = rest.indexOf(END)
      if (end < 0) return
      const head = rest.toString('latin1', 0, end)
      const size = end + END.length + Number(LENGTH.exec(head)?.[1] ?? 0)
      if (rest.length < size) return
      const body = rest.subarray(end + END.length, size)
      rest = rest.subarray(size)
      take(socket, head, body)
    }
  })
}

const calls = {
  /** Returns the port. */
  listen: () =>
    new Promise<number>((resolve) => {
      makeAnswer()
      setInterval(makeAnswer, 1_000)
      const server = createServer(attach)
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
    }),
  /** Starts counting and recording anew. */
  reset(what: Recorded) {
    record = what
    count = 0
    keys = []
    times = []
  },
  /** When so many requests had been answered, or were under way to be. */
  until: (wanted: number) =>
    new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${count} of ${wanted} requests arrived`)), PATIENCE_MS)
      target = wanted
      onTarget = () => {
        clearTimeout(timer)
        target = Number.POSITIVE_INFINITY
        resolve(now())
      }
      if (count >= target) onTarget()
    }),
  recorded: () => ({ keys, times: Float64Array.from(times) }),
  /** Answers what hangs. */
  release() {
    for (const socket of hanging) socket.write(answer)
    hanging = []
  },
}

export type ReceiverCalls = typeof calls

serve(calls)
