/** The form that makes a token. */
import { html } from 'hono/html'
import { roleOf, scopes, type Scope } from '../access/actor.ts'
import type { Refusal } from '../refusal.ts'
import type { Html } from '../parts/layout.ts'

export interface Draft {
  name?: string
  scope?: string
  expires?: string
  /** Why it was not made. */
  refusal?: Refusal
}

export const EXPIRIES = [
  ['7 days', 'in 7 days'],
  ['30 days', 'in 30 days'],
  ['90 days', 'in 90 days'],
  ['1 year', 'in a year'],
  ['', 'never'],
] as const

const MEANING: Readonly<Record<Scope, string>> = {
  read: 'sees everything but secrets, tokens and the audit log',
  write: 'also changes webhooks and event types, emits, tests, resends, replays, pauses',
  admin: 'also secrets, tokens, the audit log, watches, settings',
}

export function newToken({ name = '', scope = 'read', expires = '90 days', refusal }: Draft, csrf: string): Html {
  return html`<form class="form" method="post" action="./access">
    <input type="hidden" name="csrf" value="${csrf}" />
    <p class="field">
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value="${name}"
        maxlength="100"
        required
        aria-describedby="name-hint"
        ${refusal === undefined ? '' : html`aria-invalid="true"`}
      />
      <span class="hint" id="name-hint">Who will use it: it stands in the audit log.</span>
      ${refusal === undefined ? '' : html`<span class="fault" role="alert">${refusal.message}. ${refusal.hint}</span>`}
    </p>
    <fieldset class="field">
      <legend>Scope</legend>
      ${scopes.map(
        (each) =>
          html`<label class="choice"
            ><input type="radio" name="scope" value="${each}" ${each === scope ? html`checked` : ''} />
            <span
              >${each} <span class="muted">(${roleOf[each]})</span> <span class="hint">${MEANING[each]}</span></span
            ></label
          >`,
      )}
    </fieldset>
    <p class="field">
      <label for="expires">Expires</label>
      <select id="expires" name="expires">
        ${EXPIRIES.map(
          ([value, label]) =>
            html`<option value="${value}" ${value === expires ? html`selected` : ''}>${label}</option>`,
        )}
      </select>
    </p>
    <p class="submit"><button class="button primary">Make token</button></p>
  </form>`
}
