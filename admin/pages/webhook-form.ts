/** The form of a webhook, for a new one and for changes. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { csrfField, fault, field } from '../parts/form.ts'
import { root, type Html } from '../parts/layout.ts'
import type { Refusal } from '../refusal.ts'
import type { EventTypeRow } from '../queries/webhook-form.ts'
import { scheduleText, type Draft } from './webhook-draft.ts'
import { eventPicker, headerRows } from './webhook-picker.ts'
import type { Trial } from './webhook-trial.ts'

export interface FormContent {
  draft: Draft
  refusal: Refusal | null
  types: readonly EventTypeRow[]
  default_schedule: readonly string[]
  /** What was tried out without script, and what came of it. */
  tried?: { trial: Trial; outcome: Html }
}

export function webhookForm(c: Context<Env>, given: FormContent): Html {
  const { draft, refusal } = given
  const base = `${root(c)}webhooks`
  return html`<form
    class="form"
    method="post"
    action="${draft.id === null ? `${base}/new` : `${base}/${draft.id}/edit`}"
  >
    ${csrfField(c)}
    <input type="hidden" name="id" value="${draft.id ?? ''}" />
    <input type="hidden" name="version" value="${draft.version}" />
    ${refusal === null ? '' : refused(refusal)} ${destination(given)} ${eventPicker(draft, given.types, refusal)}
    ${selection(c, given)} ${body(c, given)} ${headerRows(draft, refusal)} ${limits(given)}
    <p class="submit">
      <button class="button primary">${draft.id === null ? 'Register' : 'Save changes'}</button>
      <a href="${draft.id === null ? base : `${base}/${draft.id}`}">Cancel</a>
    </p>
  </form>`
}

const FIELDS: ReadonlySet<string | null> = new Set([
  'url',
  'description',
  'events',
  'filter',
  'tenant',
  'format',
  'body_template',
  'headers',
  'max_in_flight',
  'rate_limit',
  'timeout',
  'retry_schedule',
])

/** Above the form: the field that says what is wrong may be out of sight; and some refusals are about none of them. */
function refused(refusal: Refusal): Html {
  return html`<div class="note bad" role="alert">
    ${FIELDS.has(refusal.field) ? html`<p>Nothing was saved: see <a href="#f-${place(refusal.field)}">${refusal.field}</a>.</p>` : fault(refusal, 'fault')}
  </div>`
}

function place(name: string | null): string {
  return name === 'events' ? 'patterns' : (name ?? '')
}

function destination({ draft, refusal }: FormContent): Html {
  return html`${field({
    name: 'url',
    label: 'URL',
    value: draft.url,
    refusal,
    placeholder: 'https://example.com/hook',
    mono: true,
    required: true,
    hint: 'Where events are POSTed: http or https, without user name and password.',
  })}
  ${field({ name: 'description', label: 'Description', value: draft.description, refusal, hint: 'For people: whose it is, what it is for.' })}`
}

function selection(c: Context<Env>, given: FormContent): Html {
  const { draft, refusal } = given
  return html`${field({
    name: 'filter',
    label: 'Filter',
    value: draft.filter,
    refusal,
    rows: 2,
    placeholder: '$.record.priority == "high"',
    hint: html`A jsonpath over the body's <code>data</code>. Sent when it yields something other than false or null;
      empty: everything is sent.`,
  })}
  ${trialButton(c, given, 'try-filter', 'Try it on the newest events')}
  ${field({ name: 'tenant', label: 'Tenant', value: draft.tenant, refusal, hint: 'Only events of this tenant. Empty: of any.' })}`
}

function body(c: Context<Env>, given: FormContent): Html {
  const { draft, refusal } = given
  return html`${field({
    name: 'format',
    label: 'Format',
    value: draft.format,
    refusal,
    options: [
      ['standard', 'Standard: id, type, timestamp, data'],
      ['cloudevents', 'CloudEvents 1.0, structured JSON'],
    ],
  })}
  ${field({
    name: 'body_template',
    label: 'Body template',
    value: draft.body_template,
    refusal,
    rows: 5,
    placeholder: '{"text": "{{ $.type }}: {{ $.data.record.title }}"}',
    hint: html`JSON that is sent instead of the standard body; strings may hold <code>{{ jsonpath }}</code> over that
      body. Empty: the format as it is.`,
  })}
  ${trialButton(c, given, 'try-body', 'Preview the body')}`
}

/** Without script the button sends the whole form, and the page comes back with the outcome in its place. */
function trialButton(c: Context<Env>, { tried }: FormContent, trial: Trial, label: string): Html {
  const address = `${root(c)}webhooks/${trial}`
  return html`<div>
      <button
        class="button small"
        formaction="${address}"
        formnovalidate
        hx-post="${address}"
        hx-target="#${trial}"
        hx-swap="innerHTML"
      >
        ${label}
      </button>
    </div>
    <div class="trial" id="${trial}" role="status">${tried?.trial === trial ? tried.outcome : ''}</div>`
}

function limits({ draft, refusal, default_schedule }: FormContent): Html {
  const box = (name: 'ordered' | 'hub_signature', label: string, hint: string) =>
    html`<label class="choice"
      ><input type="checkbox" name="${name}" value="yes" ${draft[name] ? html`checked` : ''} />
      <span>${label} <span class="hint">${hint}</span></span></label
    >`
  const text = (name: 'max_in_flight' | 'rate_limit' | 'timeout', label: string, hint: string) =>
    field({ name, label, value: draft[name], refusal, hint })
  return html`<fieldset class="field">
      <legend>Delivery</legend>
      ${box('ordered', 'In order', 'The deliveries of one key go one after the other; a failing one holds back those of its key.')}
      ${box('hub_signature', 'Hub signature', 'Also sends X-Hub-Signature-256, as GitHub does.')}
    </fieldset>
    <div class="columns">
      ${text('max_in_flight', 'At once', 'Requests under way, by each relay: 1 to 1000.')}
      ${text('rate_limit', 'A second', 'Requests a second, by each relay. Empty: no limit.')}
      ${text('timeout', 'Timeout', 'Of one attempt, such as 10 s. Empty: the relay’s.')}
    </div>
    ${field({
      name: 'retry_schedule',
      label: 'Retry schedule',
      value: draft.retry_schedule,
      refusal,
      mono: true,
      placeholder: scheduleText(default_schedule),
      hint: html`Waits after the first, second … failed attempt, with commas between them; after the last one the
        delivery is dead. <code>none</code>: no second attempt. Empty: the default,
        <code>${scheduleText(default_schedule)}</code>.`,
    })}`
}
