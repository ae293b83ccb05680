/** Changes by the API. A client that got no answer to a POST can send it again with the same Idempotency-Key: it is done once. */
import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import type { Actor, Env } from '../access/actor.ts'
import type { Pool, Query } from '../pool.ts'
import { claimRequest, finishRequest, knownRequest, type KnownRequestRow } from '../queries/requests.ts'
import { RawJson, write } from './json.ts'
import type { Answer } from './operation.ts'
import { invalid } from './problem.ts'

export async function once(
  asked: { c: Context<Env>; pool: Pool; actor: Actor },
  work: (query: Query) => Promise<Answer>,
): Promise<Answer> {
  const { c, pool, actor } = asked
  const key = c.req.method === 'POST' ? c.req.header('idempotency-key') : undefined
  const hash = key === undefined ? null : await requestHash(c)
  const { result, warnings } = await pool.change(actor, async (query) => {
    if (key === undefined || hash === null) return work(query)
    // Whoever sends the same key at the same time waits here until the other one is done.
    const claimed = await query(claimRequest, [actor.name, key, hash])
    if (claimed.length === 0) return again(query, [actor.name, key], hash)
    const { told_once, ...answer } = await work(query)
    await query(finishRequest, [actor.name, key, write(answer)])
    return { ...answer, ...(told_once !== undefined && { told_once }) }
  })
  if (warnings.length === 0 || result.body === undefined) return result
  return { ...result, body: { ...result.body, warnings: warnings.map(({ message, hint }) => ({ message, hint })) } }
}

async function again(query: Query, id: [owner: string, key: string], hash: Buffer): Promise<Answer> {
  const [known] = await query<KnownRequestRow>(knownRequest, id)
  if (known === undefined || !known.request_hash.equals(hash))
    throw invalid(
      'Idempotency-Key',
      'came with another request before',
      'Give each request a key of its own, such as a random UUID.',
    )
  const members = Object.fromEntries((known.body ?? []).map(({ name, value }) => [name, new RawJson(value)]))
  return {
    status: known.status,
    ...(known.body !== null && { body: members }),
    headers: { ...known.headers, 'idempotency-replayed': 'true' },
  }
}

async function requestHash(c: Context): Promise<Buffer> {
  const { pathname, search } = new URL(c.req.url)
  const body = await c.req.text()
  return createHash('sha256').update(`POST ${pathname}${search}\n${body}`).digest()
}
