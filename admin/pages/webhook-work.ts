/** What waits at a webhook, what was given up or missed, and the replays that send it again. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import type { DeliveryCounts } from '../queries/search.ts'
import type { OneWebhookRow, ReplayRow } from '../queries/webhook.ts'
import type { WrittenFilter } from '../parts/delivery-filter.ts'
import { actionButton, confirmButton } from '../parts/form.ts'
import type { Html } from '../parts/layout.ts'
import { part } from '../parts/parts.ts'
import { relativeTime } from '../parts/time.ts'

/** Counts go no further than this. */
const COUNTED = 10_000
const WHICH = { all: 'everything of a span', missed: 'what was missed', dead: 'what was given up' } as const

interface Work {
  webhook: OneWebhookRow
  counts: DeliveryCounts
  /** Null: too many to be counted in a moment. */
  missed: number | null
  dead: { count: number | null; written: WrittenFilter; narrowed: boolean }
}

export function work(c: Context<Env>, { webhook, counts, missed, dead }: Work): Html {
  const { id, enabled } = webhook
  const writes = allows(c.get('actor'), 'write') && enabled
  const count = (status: keyof DeliveryCounts) =>
    html`<a href="./${id}?status=${status}"><strong>${amount(counts[status])}</strong> ${status}</a>`
  return html`<div class="counts">
    ${count('pending')} ${count('held')} ${count('dead')} ${writes && missed !== 0 ? replayMissed(c, id, missed) : ''}
    ${writes && counts.dead > 0 && dead.count !== 0 ? resendDead(c, id, dead) : ''}
  </div>`
}

function amount(count: number): string {
  return count >= COUNTED ? `${COUNTED.toLocaleString('en')} or more` : count.toLocaleString('en')
}

function replayMissed(c: Context<Env>, id: string, missed: number | null): Html {
  const number = missed === null ? '' : `${missed.toLocaleString('en')} `
  return confirmButton(c, {
    action: `./${id}/replay-missed`,
    label: `Replay the ${number}missed`,
    explain: `Sends the ${number}events that it would have got while it was disabled, as far as it wants them now, 100 a second.`,
    sure: 'Replay them',
    tone: 'primary',
  })
}

function resendDead(c: Context<Env>, id: string, { count, written, narrowed }: Work['dead']): Html {
  const number = count === null ? '' : `${amount(count)} `
  const fields = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== ''))
  return confirmButton(c, {
    action: `./${id}/resend-dead`,
    label: narrowed ? `Resend the ${number}dead of this search` : `Resend all ${number}dead`,
    explain: `Sends ${number}deliveries that were given up again, the oldest first, 100 a second. Their attempts go on counting.`,
    sure: 'Send them again',
    fields,
  })
}

/** Refreshed by itself while something goes on; what has ended stays for an hour. */
export function replayPart(c: Context<Env>, id: string, replays: readonly ReplayRow[], now: Date): Html | '' {
  if (replays.length === 0) return ''
  const open = replays.some(isOpen)
  const polling = open ? html`hx-get="./${id}/replays" hx-trigger="every 2s" hx-swap="innerMorph"` : ''
  return part('Replays', html`<div ${polling}>${replayTable(c, id, replays, now)}</div>`)
}

export function replayTable(c: Context<Env>, id: string, replays: readonly ReplayRow[], now: Date): Html {
  return html`<table class="list">
    <thead>
      <tr>
        <th scope="col">Replay</th>
        <th scope="col">What</th>
        <th scope="col">Progress</th>
        <th scope="col">By</th>
        <th scope="col">State</th>
        <th scope="col"><span class="aside">Actions</span></th>
      </tr>
    </thead>
    <tbody>
      ${replays.map((row) => replay(c, id, row, now))}
    </tbody>
  </table>`
}

function replay(c: Context<Env>, webhook_id: string, row: ReplayRow, now: Date): Html {
  const { id, which, total, deliveries, requested_by } = row
  const cancel = isOpen(row) && allows(c.get('actor'), 'write')
  // Relative to the page, also where htmx asked for the table alone.
  const action = `./${webhook_id}/replays/${id}/cancel`
  return html`<tr id="r-${id}">
    <th scope="row">${id}</th>
    <td>${WHICH[which]}</td>
    <td data-label="Progress">
      <progress value="${deliveries}" max="${Math.max(total, deliveries, 1)}" aria-label="Replay ${id}"></progress>
      ${deliveries.toLocaleString('en')} of ${total.toLocaleString('en')}
    </td>
    <td data-label="By"><bdi>${requested_by}</bdi></td>
    <td>${replayState(row, now)}</td>
    <td>${cancel ? actionButton(c, { action, label: 'Cancel', tone: 'small' }) : ''}</td>
  </tr>`
}

function isOpen({ finished_at, cancelled_at }: ReplayRow): boolean {
  return finished_at === null && cancelled_at === null
}

function replayState({ finished_at, cancelled_at, rate_limit }: ReplayRow, now: Date): Html {
  if (cancelled_at !== null) return html`cancelled ${relativeTime(cancelled_at, now)}`
  if (finished_at !== null) return html`finished ${relativeTime(finished_at, now)}`
  return html`under way, ${rate_limit} a second`
}
