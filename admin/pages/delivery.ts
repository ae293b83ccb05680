/** `/deliveries/:id`: each attempt to send it with what came back, and what was sent. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import type { Pool } from '../pool.ts'
import * as queries from '../queries.ts'
import type { AttemptRow, DeliveryPageRow } from '../queries.ts'
import { resend, testEvent, webhook, type OneWebhookRow, type ResendRow } from '../queries/webhook.ts'
import { isId } from '../parts/delivery-search.ts'
import { hostOf, nextAttempt, statusBadge } from '../parts/delivery.ts'
import { act } from '../parts/flash.ts'
import { actionButton } from '../parts/form.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { facts, head } from '../parts/parts.ts'
import { problem } from '../parts/problem.ts'
import { countdown, fullTime } from '../parts/time.ts'
import { attemptsOf } from './delivery-attempts.ts'
import { requestOf } from './delivery-request.ts'

interface Shown {
  now: Date
  delivery: DeliveryPageRow
  attempts: AttemptRow[]
  /** None: it was deleted, and its deliveries outlive it. */
  webhook: OneWebhookRow | undefined
}

export function deliveryPages(app: Hono<Env>, pool: Pool): void {
  app.get('/deliveries/:id', async (c) => {
    const id = c.req.param('id')
    const shown = isId(id) ? await readDelivery(pool, id) : null
    return shown === null ? notYet(c, pool, id) : page(c, shown)
  })
  app.post('/deliveries/:id/resend', needs('write'), async (c) => {
    const id = c.req.param('id')
    if (!isId(id)) return problem(c, 404, 'There is no such delivery.')
    return act(c, pool, {
      path: `deliveries/${id}`,
      done: (status: string) => (status === 'held' ? 'It is sent once its webhook goes on.' : 'It is sent again now.'),
      work: async (query) => (await query<ResendRow>(resend, [id]))[0]?.status ?? 'pending',
    })
  })
}

function page(c: Context<Env>, shown: Shown): Response | Promise<Response> {
  const { id, event_type, status } = shown.delivery
  const settled = status === 'delivered' || status === 'dead'
  return show(c, {
    title: `${event_type} · ${status} · Outbox`,
    content: delivery(c, shown),
    refresh: settled ? null : `./${id}`,
    reads: [queries.delivery, queries.attempts].map((statement) => queries.forPsql(statement, id)),
  })
}

/** A test leads here before a relay has read its event. */
async function notYet(c: Context<Env>, pool: Pool, id: string): Promise<Response> {
  const event_id = c.req.query('event') ?? ''
  const ids = isId(id) && isId(event_id)
  const [event] = ids ? await pool.read((query) => query(testEvent, [event_id, id])) : []
  if (event === undefined) return problem(c, 404, 'There is no such delivery; it may be older than the retention.')
  const content = html`${head({ title: 'Test', about: html`Its event is <code>${event_id}</code>.` })}
    <p>
      The test is written. A relay reads it in a moment; this page then shows the answer. Without a relay it waits.
    </p>`
  return show(c, {
    title: 'Test · Outbox',
    content,
    refresh: `./${id}?event=${event_id}`,
    reads: [queries.forPsql(queries.delivery, id)],
  })
}

function readDelivery(pool: Pool, id: string): Promise<Shown | null> {
  return pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(queries.databaseTime)
    const [row] = await query<DeliveryPageRow>(queries.delivery, [id])
    if (row === undefined) return null
    const [one] = await query<OneWebhookRow>(webhook, [row.webhook_id])
    const attempts = await query<AttemptRow>(queries.attempts, [id])
    return { now: time?.now ?? new Date(), delivery: row, attempts, webhook: one }
  })
}

function delivery(c: Context<Env>, shown: Shown): Html {
  const { now, delivery: row, attempts, webhook: one } = shown
  return html`${head({
    title: html`<bdi>${row.event_type}</bdi> ${statusBadge(row.status)}`,
    crumbs: html`<a href="${root(c)}deliveries">Deliveries</a>`,
    actions: [again(c, shown)],
  })}
  ${facts([
    ['Webhook', toWebhook(c, row, one)],
    one?.enabled === false
      ? ['Disabled', html`<bdi>${one.disabled_reason ?? 'by a person'}</bdi>`]
      : one?.paused_at != null
        ? ['Paused', fullTime(one.paused_at, now)]
        : null,
    row.key === null ? null : ['Key', html`<bdi>${row.key}</bdi>`],
    row.tenant === null ? null : ['Tenant', html`<bdi>${row.tenant}</bdi>`],
    ['Delivery', html`<code>${row.id}</code>`],
    ['Event', eventOf(c, row)],
    row.context === null ? null : ['Context', html`<code>${row.context}</code>`],
    ['Created', fullTime(row.created_at, now)],
    next(row, now),
  ])}
  ${attemptsOf(attempts, now)}
  ${requestOf(c, { delivery: row, webhook: one, attempted_at: attempts[0]?.attempted_at ?? null })}`
}

function eventOf(c: Context, { event_id }: DeliveryPageRow): Html {
  return html`<a href="${root(c)}events/${event_id}"><code>${event_id}</code></a>
    <span class="muted">sent as webhook-id</span>`
}

function toWebhook(c: Context, { webhook_id }: DeliveryPageRow, one: OneWebhookRow | undefined): Html {
  if (one === undefined) return html`<span class="muted">deleted webhook</span>`
  return html`<a href="${root(c)}webhooks/${webhook_id}"><bdi>${hostOf(one.url)}</bdi></a>
    <bdi class="muted">${one.description}</bdi>`
}

function next(row: DeliveryPageRow, now: Date): readonly [string, string | Html] | null {
  if (row.status === 'held') return ['Next attempt', 'when its webhook goes on']
  if (row.status !== 'pending') return null
  if (row.next_attempt_at === null) return ['Next attempt', 'after an earlier delivery of the same key']
  const at = row.leased_by === null ? countdown(row.next_attempt_at, now) : nextAttempt(row, now)
  return ['Next attempt', at]
}

/** Only where Postgres would not refuse it. */
function again(c: Context<Env>, { delivery: row, webhook: one }: Shown): Html | '' {
  const can_send = one?.enabled === true && row.payload !== null && row.leased_by === null
  const its_turn = row.status !== 'pending' || row.next_attempt_at !== null
  if (!allows(c.get('actor'), 'write') || !can_send || !its_turn) return ''
  const waits = row.status === 'pending' || row.status === 'held'
  return actionButton(c, { action: `./${row.id}/resend`, label: waits ? 'Attempt now' : 'Send again', tone: 'primary' })
}
