/** `/deliveries`: the deliveries of all webhooks, and the way to one whose id somebody was given. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql, webhooks, type WebhookRow } from '../queries.ts'
import { deliveryById, eventById, type IdRow } from '../queries/webhook.ts'
import { foundDeliveries } from '../queries/search.ts'
import { filterForm, filterInAddress, isNarrowed } from '../parts/delivery-filter.ts'
import { deliveryList } from '../parts/delivery-list.ts'
import { isId, searchDeliveries } from '../parts/delivery-search.ts'
import { hostOf } from '../parts/delivery.ts'
import { field } from '../parts/form.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { empty, head } from '../parts/parts.ts'

export function deliveriesPages(app: Hono<Env>, pool: Pool): void {
  app.get('/deliveries', async (c) => {
    const text = c.req.query('text')?.trim() ?? ''
    const place = isId(text) ? await placeOf(pool, text) : null
    return place === null ? page(c, pool) : c.redirect(`${root(c)}${place}`, 303)
  })
}

/** Null: nothing has this id. It may still stand in a payload, where the search finds it. */
function placeOf(pool: Pool, id: string): Promise<string | null> {
  return pool.read(async (query) => {
    const [delivery] = await query<IdRow>(deliveryById, [id])
    if (delivery !== undefined) return `deliveries/${delivery.id}`
    const [event] = await query<IdRow>(eventById, [id])
    return event === undefined ? null : `events/${event.id}`
  })
}

async function page(c: Context<Env>, pool: Pool): Promise<Response> {
  const written = filterInAddress(c)
  const wanted = c.req.query('webhook')?.trim() ?? ''
  const webhook_id = isId(wanted) ? wanted : null
  const { now, known } = await pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(databaseTime)
    return { now: time?.now ?? new Date(), known: await query<WebhookRow>(webhooks) }
  })
  const searched = await searchDeliveries(c, pool, written, webhook_id)
  const { refusal } = searched
  if (refusal !== null) c.status(422)
  const narrowed = isNarrowed(written) || webhook_id !== null
  const content = html`${head({
    title: 'Deliveries',
    about:
      'One event for one webhook, and what has become of it. The id of a delivery or event in “Text” leads to its page.',
  })}
  ${filterForm(written, `${root(c)}deliveries`, refusal, webhookField(known, wanted))}
  ${deliveryList(c, { ...searched, now, with_webhook: true, narrowed, none: none() })}`
  return show(c, { title: 'Deliveries · Outbox', content, refresh: null, reads: [forPsql(foundDeliveries)] })
}

function webhookField(known: readonly WebhookRow[], value: string): Html {
  const options = known.map(({ id, url, description }) => [id, description ?? hostOf(url)] as const)
  const other = isId(value) && !known.some(({ id }) => id === value) ? [[value, value] as const] : []
  return field({ name: 'webhook', label: 'Webhook', value, options: [['', 'all'], ...options, ...other] })
}

function none(): Html {
  return empty(
    'Nothing was sent yet',
    html`<p>
      A delivery comes to be when a relay reads an event that a webhook wants. The overview says what is missing.
    </p>`,
  )
}
