/** The head of a webhook's page: whose it is, how it is, and what can be done with it. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import type { OneWebhookRow } from '../queries/webhook.ts'
import { hostOf } from '../parts/delivery.ts'
import { actionButton, confirmButton, csrfField, field } from '../parts/form.ts'
import { root, type Html } from '../parts/layout.ts'
import { badge, head } from '../parts/parts.ts'

export const OVERLAPS = [
  ['24 hours', '24 hours'],
  ['0', 'none: they end now'],
  ['1 hour', '1 hour'],
  ['7 days', '7 days'],
  ['30 days', '30 days'],
] as const

export function webhookHead(c: Context<Env>, webhook: OneWebhookRow, types: readonly string[]): Html {
  const actor = c.get('actor')
  const writes = allows(actor, 'write') ? operatorActions(c, webhook, types) : []
  const admins = allows(actor, 'admin') ? adminActions(c, webhook) : []
  const last = allows(actor, 'write') ? [deletion(c, webhook)] : []
  return head({
    title: html`<bdi>${hostOf(webhook.url)}</bdi> ${state(webhook)}`,
    ...(webhook.description === null ? {} : { about: html`<bdi>${webhook.description}</bdi>` }),
    crumbs: html`<a href="${root(c)}webhooks">Webhooks</a>`,
    actions: [...writes, ...admins, ...last],
  })
}

function state({ enabled, paused_at }: OneWebhookRow): Html {
  if (!enabled) return badge('disabled', 'bad')
  return paused_at === null ? badge('enabled', 'good') : badge('paused', 'wait')
}

/** Paths are relative to the page. */
function operatorActions(c: Context<Env>, { id, enabled, paused_at }: OneWebhookRow, types: readonly string[]): Html[] {
  const to = (act: string) => `./${id}/${act}`
  return [
    testForm(c, to('test'), types),
    paused_at === null
      ? actionButton(c, { action: to('pause'), label: 'Pause' })
      : actionButton(c, { action: to('resume'), label: 'Resume' }),
    enabled
      ? confirmButton(c, {
          action: to('disable'),
          label: 'Disable',
          explain:
            'Nothing is matched or sent until it is enabled again; what is pending is held. Events of that time are missed, and can be replayed. To keep them waiting instead, pause.',
          sure: 'Disable it',
        })
      : confirmButton(c, {
          action: to('enable'),
          label: 'Enable',
          explain: 'Events are matched and sent again, and what was held is sent now.',
          sure: 'Enable it',
          tone: 'primary',
        }),
    html`<a class="button" href="${to('edit')}">Edit</a>`,
  ]
}

function testForm(c: Context<Env>, action: string, types: readonly string[]): Html {
  const options = [['', 'the first that it wants'], ...types.map((type) => [type, type] as const)] as const
  return html`<details class="confirm">
    <summary class="button primary">Send test</summary>
    <div class="sheet">
      <p>
        A signed request by the way that real events take, with the example of its type. The filter holds for it, too.
      </p>
      <form method="post" action="${action}">
        ${csrfField(c)} ${field({ name: 'event_type', label: 'Event type', value: '', options })}
        <button class="button primary">Send it</button>
      </form>
    </div>
  </details>`
}

function adminActions(c: Context<Env>, { id }: OneWebhookRow): Html[] {
  return [
    html`<details class="confirm">
      <summary class="button">Rotate secret</summary>
      <div class="sheet">
        <p>
          A new secret is made and signs at once. Receivers that know an old one only go on as long as it signs, too.
        </p>
        <form method="post" action="./${id}/rotate">
          ${csrfField(c)}
          ${field({ name: 'overlap', label: 'The old ones sign for another', value: '24 hours', options: OVERLAPS })}
          <button class="button primary">Rotate it</button>
        </form>
      </div>
    </details>`,
    confirmButton(c, {
      action: `./${id}/secret`,
      label: 'Reveal secret',
      explain: 'Shows the secrets that sign now. The audit log keeps that you looked.',
      sure: 'Reveal it',
    }),
  ]
}

function deletion(c: Context<Env>, { id }: OneWebhookRow): Html {
  return confirmButton(c, {
    action: `./${id}/delete`,
    label: 'Delete',
    explain:
      'Its secrets are gone, and what is pending is not sent. What was delivered stays in the list. This cannot be undone.',
    sure: 'Delete it for good',
    tone: 'danger',
  })
}
