/** What lists of deliveries show alike. */
import { html } from 'hono/html'
import type { Actor } from '../access/actor.ts'
import type { DeliveryRow, Status, WebhookRow } from '../queries.ts'
import type { Html } from './layout.ts'
import { badge, type Tone } from './parts.ts'
import { relativeTime } from './time.ts'

const TONES = { delivered: 'good', pending: 'wait', held: 'wait', dead: 'bad' } as const satisfies Record<Status, Tone>

export function statusBadge(status: Status): Html {
  return badge(status, TONES[status])
}

/** Host and port as they were written. The path stays out of sight: for many receivers it is the password. */
export function hostOf(url: string): string {
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '(no URL)'
}

/** Null: the webhook was deleted; its deliveries outlive it. */
export function hostOfWebhook(webhook: WebhookRow | undefined): Html {
  return webhook === undefined
    ? html`<span class="muted">deleted webhook</span>`
    : html`<bdi>${hostOf(webhook.url)}</bdi>`
}

type Next = Pick<DeliveryRow, 'status' | 'next_attempt_at' | 'leased_by'>

/** When it goes on; empty when it does not by itself. */
export function nextAttempt({ status, next_attempt_at, leased_by }: Next, now: Date): Html | '' {
  if (status !== 'pending' || next_attempt_at === null) return ''
  if (leased_by !== null) return html`under way`
  return next_attempt_at <= now ? html`due` : relativeTime(next_attempt_at, now)
}

/** The status of the answer, or why there was none. */
export function answer(status: string | number | null, error: string | null): Html | '' {
  if (status === null) return error === null ? '' : html`<bdi class="error" title="${error}">${error}</bdi>`
  return html`<span class="${String(status).startsWith('2') ? '' : 'error'}">${status}</span>`
}

/** The path of a URL can be a password: whoever only looks sees where it leads, and no more. */
export function urlFor({ scope }: Actor, url: string): string {
  return scope === 'read' ? `${/^https?:\/\//i.exec(url)?.[0] ?? ''}${hostOf(url)}/…` : url
}
