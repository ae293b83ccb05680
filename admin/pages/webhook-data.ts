/** What the page of a webhook reads. */
import type { Pool, Query } from '../pool.ts'
import { databaseTime } from '../queries.ts'
import { activity, type ActivityRow } from '../queries/activity.ts'
import { deliveryCounts, limitPortion, type DeliveryCounts, type DeliveryFilter } from '../queries/search.ts'
import * as queries from '../queries/webhook.ts'
import type { OneWebhookRow, ReplayRow } from '../queries/webhook.ts'

export interface WebhookData {
  now: Date
  webhook: OneWebhookRow
  counts: DeliveryCounts
  replays: ReplayRow[]
  activity: ActivityRow[]
  types: string[]
}

/** What is counted while a page waits for it. */
const COUNT_MS = 1_500
const QUERY_CANCELED = '57014'

export function readWebhook(pool: Pool, id: string): Promise<WebhookData | null> {
  return pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(databaseTime)
    const [webhook] = await query<OneWebhookRow>(queries.webhook, [id])
    if (webhook === undefined) return null
    const [counts] = await query<DeliveryCounts>(deliveryCounts, [id])
    const types = await query<queries.EventTypeRow>(queries.eventTypes)
    return {
      now: time?.now ?? new Date(),
      webhook,
      counts: counts ?? { pending: 0, held: 0, dead: 0 },
      replays: await query<ReplayRow>(queries.replays, [id]),
      activity: await query<ActivityRow>(activity, [id, '24 hours', '1 hour']),
      types: types.map(({ type }) => type),
    }
  })
}

export function readReplays(pool: Pool, id: string): Promise<{ now: Date; replays: ReplayRow[] }> {
  return pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(databaseTime)
    return { now: time?.now ?? new Date(), replays: await query<ReplayRow>(queries.replays, [id]) }
  })
}

/** Null: they cannot be counted in a moment. A webhook that never was disabled missed nothing. */
export async function countMissed(pool: Pool, webhook: OneWebhookRow): Promise<number | null> {
  if (!webhook.was_disabled || !webhook.enabled) return 0
  return counted(pool, async (query) => {
    const [row] = await query<queries.MissedRow>(queries.countMissed, [webhook.id])
    return row?.missed ?? 0
  })
}

/** How many dead deliveries the filter leaves. Null: they cannot be counted in a moment. */
export async function countDead(pool: Pool, id: string, filter: DeliveryFilter): Promise<number | null> {
  return counted(pool, async (query) => {
    const [row] = await query<queries.ResentRow>(queries.resendAll, [id, ...resendValues(filter), true])
    return row?.deliveries ?? 0
  })
}

export function resendValues(filter: DeliveryFilter): unknown[] {
  const { event_types, key, tenant, response, contains, since, until } = filter
  return [event_types, key, tenant, response, contains, since, until]
}

async function counted(pool: Pool, count: (query: Query) => Promise<number>): Promise<number | null> {
  try {
    return await pool.read(async (query) => {
      await query(limitPortion, [`${COUNT_MS}ms`])
      return count(query)
    })
  } catch (error) {
    if ((error as { code?: unknown }).code === QUERY_CANCELED) return null
    throw error
  }
}
