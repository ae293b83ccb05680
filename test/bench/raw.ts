/** The limit: undici's dispatch with a signature for each request, and nothing else. No database, no deadline, no rows. */
import { Pool } from 'undici'
import { parseSecret, sign } from '../../relay/sign.ts'
import { createSecret } from '../../sql/secret.ts'
import { serve } from './child.ts'
import { now } from './clock.ts'

interface Work {
  origin: string
  path: string
  requests: number
  in_flight: number
  body_bytes: number
}

const keys = [parseSecret(createSecret())]
let pool: Pool | null = null

const calls = {
  /** Sends so many requests, so many at a time. Returns how long that took and what CPU it cost. */
  send({ origin, path, requests, in_flight, body_bytes }: Work): Promise<{ ms: number; cpu_s: number }> {
    pool ??= new Pool(origin, { connections: in_flight, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
    const sender = pool
    const body = Buffer.alloc(body_bytes, 'x')
    const began_at = now()
    const cpu = process.cpuUsage()
    return new Promise((resolve, reject) => {
      let started = 0
      let ended = 0
      const onComplete = () => {
        ended += 1
        if (started < requests) start()
        else if (ended === requests) resolve({ ms: now() - began_at, cpu_s: cpuSince(cpu) })
      }
      const handler = { onConnect() {}, onHeaders: () => true, onData: () => true, onComplete, onError: reject }
      const start = () => {
        started += 1
        const id = `01890000-0000-7000-8000-${String(started).padStart(12, '0')}`
        const timestamp = Math.floor(Date.now() / 1_000)
        const signature = sign(keys, id, timestamp, body)
        const headers = [
          'content-type',
          'application/json',
          'user-agent',
          'outbox/0.1.0',
          'accept-encoding',
          'identity',
        ]
        headers.push('webhook-id', id, 'webhook-timestamp', String(timestamp), 'webhook-signature', signature)
        sender.dispatch({ method: 'POST', path, headers, body }, handler)
      }
      for (let index = 0; index < Math.min(in_flight, requests); index += 1) start()
    })
  },
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000_000
}

export type RawCalls = typeof calls

serve(calls)
