/** `/webhooks/:id`: how one webhook is doing, what it was sent, and what can be done about it. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import type { Pool } from '../pool.ts'
import { forPsql } from '../queries.ts'
import { activity } from '../queries/activity.ts'
import { deliveryCounts, foundDeliveries } from '../queries/search.ts'
import { countMissed as missedCount, replays as replaysOf, webhook as oneWebhook } from '../queries/webhook.ts'
import { filterForm, filterInAddress, filterOf, isNarrowed, isRefusal } from '../parts/delivery-filter.ts'
import { deliveryList } from '../parts/delivery-list.ts'
import { searchDeliveries, type Searched } from '../parts/delivery-search.ts'
import { hostOf } from '../parts/delivery.ts'
import { show, type Html } from '../parts/layout.ts'
import { empty, part } from '../parts/parts.ts'
import { problem } from '../parts/problem.ts'
import { ONE, webhookActs } from './webhook-acts.ts'
import { countDead, countMissed, readReplays, readWebhook, type WebhookData } from './webhook-data.ts'
import { latency, verification, webhookFacts } from './webhook-facts.ts'
import { webhookHead } from './webhook-head.ts'
import { replayPart, replayTable, work } from './webhook-work.ts'

export function webhookPages(app: Hono<Env>, pool: Pool): void {
  app.get(ONE, async (c) => {
    const data = await readWebhook(pool, c.req.param('id'))
    return data === null ? problem(c, 404, 'There is no such webhook; it may have been deleted.') : page(c, pool, data)
  })
  app.get(`${ONE}/replays`, async (c) => {
    const id = c.req.param('id')
    const { replays, now } = await readReplays(pool, id)
    return c.html(replayTable(c, id, replays, now))
  })
  webhookActs(app, pool)
}

async function page(c: Context<Env>, pool: Pool, data: WebhookData): Promise<Response> {
  const { id, url } = data.webhook
  const searched = await searchDeliveries(c, pool, filterInAddress(c), id)
  if (searched.refusal !== null) c.status(422)
  const reads = [foundDeliveries, oneWebhook, deliveryCounts, missedCount, replaysOf, activity]
  return show(c, {
    title: `${hostOf(url)} · Outbox`,
    content: html`${webhookHead(c, data.webhook, data.types)} ${await workOf(c, pool, data, searched)}
    ${replayPart(c, id, data.replays, data.now)} ${deliveries(c, data, searched)} ${latency(data.activity)}
    ${webhookFacts(c, data.webhook, data.now)} ${verification(data.webhook)}`,
    refresh: null,
    reads: reads.map((statement) => forPsql(statement, id)),
  })
}

/** A viewer can send nothing again, so nothing is counted for them. */
async function workOf(c: Context<Env>, pool: Pool, data: WebhookData, { refusal }: Searched): Promise<Html> {
  const { webhook, counts } = data
  const written = { ...filterInAddress(c), status: '' }
  const writes = allows(c.get('actor'), 'write')
  const narrowed = isNarrowed(written)
  const filter = filterOf(written)
  const asked = writes && narrowed && refusal === null && counts.dead > 0
  const count = asked && !isRefusal(filter) ? await countDead(pool, webhook.id, filter) : refusal ? 0 : counts.dead
  const missed = writes ? await countMissed(pool, webhook) : 0
  return work(c, { webhook, counts, missed, dead: { count, written, narrowed } })
}

function deliveries(c: Context<Env>, { webhook, now }: WebhookData, searched: Searched): Html {
  const written = filterInAddress(c)
  const none = empty(
    'Nothing was sent here yet',
    html`<p>“Send test” makes a first delivery, by the way that real events take.</p>`,
  )
  const list = deliveryList(c, { ...searched, now, with_webhook: false, narrowed: isNarrowed(written), none })
  return part('Deliveries', html`${filterForm(written, `./${webhook.id}`, searched.refusal)} ${list}`)
}
