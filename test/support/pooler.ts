/** What a pooler in transaction mode does to LISTEN: it succeeds, and what is notified reaches nobody. */
import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo } from 'node:net'

export interface Pooler {
  /** The database, through the pooler. */
  url: string
  close(): Promise<void>
}

/** A message has a type, its length with these four bytes, and its content. */
const HEADER = 5
const NOTIFICATION = 'A'.charCodeAt(0)

export async function startPooler(database_url: string): Promise<Pooler> {
  const { hostname, port } = new URL(database_url)
  const sockets = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.pipe(upstream)
    const swallow = withoutNotifications()
    upstream.on('data', (chunk: Buffer) => void client.write(swallow(chunk)))
    upstream.on('end', () => client.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(database_url)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function withoutNotifications(): (chunk: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const passed: Buffer[] = []
    while (rest.length >= HEADER && rest.length > rest.readInt32BE(1)) {
      const end = rest.readInt32BE(1) + 1
      if (rest[0] !== NOTIFICATION) passed.push(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
    return Buffer.concat(passed)
  }
}
