/** Changing a webhook: only as it was when whoever asks has read it, and only what they say. */
import type { Query } from '../pool.ts'
import { lockWebhook, updateWebhook, type LockedWebhookRow } from '../queries/webhooks.ts'
import { refusalOf } from '../refusal.ts'
import { Problem, refused } from './problem.ts'
import type { WebhookPatch } from './webhook-schema.ts'

type Headers = Record<string, string | null>

export async function patchWebhook(
  query: Query,
  asked: { id: string; patch: WebhookPatch; if_match: string | undefined },
): Promise<void> {
  const { id, patch, if_match } = asked
  const [locked] = await query<LockedWebhookRow>(lockWebhook, [id])
  if (locked === undefined) throw new Problem(404, `There is no webhook ${id}.`)
  if (if_match !== undefined && !matches(if_match, locked.version))
    throw new Problem(412, `The webhook has been changed: its ETag is "${locked.version}", not ${if_match}.`)
  const headers = patch.headers == null ? patch.headers : mergeHeaders(locked.headers ?? {}, patch.headers)
  const changes = { ...patch, ...(headers !== undefined && { headers }) }
  await writing(patch, () => query(updateWebhook, [id, JSON.stringify(changes)]))
}

function matches(if_match: string, version: number): boolean {
  return if_match.split(',').some((tag) => tag.trim() === '*' || tag.trim() === `"${version}"`)
}

/** Names differ in more than their case; a masked value keeps what is stored. Null: none is left. */
function mergeHeaders(stored: Headers, patch: Headers): Headers | null {
  const given = new Set(Object.keys(patch).map((name) => name.toLowerCase()))
  const kept = Object.entries(stored).filter(([name]) => !given.has(name.toLowerCase()))
  const set = Object.entries(patch).filter(([, value]) => value !== null)
  return kept.length + set.length === 0 ? null : Object.fromEntries([...kept, ...set])
}

/** Casts name no column: here is known which one it must have been. */
export async function writing<T>(given: WebhookPatch, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null || refusal.field !== null) throw error
    throw refused({ ...refusal, field: fieldOf(refusal.message, given) })
  }
}

function fieldOf(message: string, given: WebhookPatch): string | null {
  if (message.includes('jsonpath')) return 'filter'
  if (!/\binterval\b/.test(message)) return null
  return given.timeout != null && message.includes(given.timeout) ? 'timeout' : 'retry_schedule'
}
