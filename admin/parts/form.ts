/** What forms are made of. They work without script: they POST, and are answered with 303. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import type { Refusal } from '../refusal.ts'
import type { Html } from './layout.ts'

/** Shows that the form came from a page of ours; each form that POSTs holds one. */
export function csrfField(c: Context<Env>): Html {
  return html`<input type="hidden" name="csrf" value="${c.get('csrf')}" />`
}

export interface Field {
  name: string
  label: string
  value: string
  hint?: string | Html
  /** What was wrong with the value. */
  refusal?: Refusal | null
  placeholder?: string
  mono?: boolean
  /** Of a text of several lines. */
  rows?: number
  /** Of an input: number, password, search, datetime-local … */
  type?: string
  options?: readonly (readonly [value: string, text: string])[]
  required?: boolean
}

/** One value with its label, its hint, and what was wrong with it. */
export function field(given: Field): Html {
  const { name, label, hint, refusal } = given
  const wrong = refusal?.field === name
  const about = [hint === undefined ? '' : `${name}-hint`, wrong ? `${name}-fault` : ''].filter(Boolean).join(' ')
  return html`<div class="field">
    <label for="f-${name}">${label}</label>
    ${control(given, html`aria-describedby="${about}" aria-invalid="${String(wrong)}"`)}
    ${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${wrong ? fault(refusal, `${name}-fault`) : ''}
  </div>`
}

function control({ name, value, placeholder, mono, rows, type, options, required }: Field, aria: Html): Html {
  const must = required === true ? html`required` : ''
  if (options !== undefined)
    return html`<select id="f-${name}" name="${name}" ${aria}>
      ${options.map(
        ([key, text]) => html`<option value="${key}" ${key === value ? html`selected` : ''}>${text}</option>`,
      )}
    </select>`
  if (rows !== undefined)
    return html`<textarea
      id="f-${name}"
      name="${name}"
      rows="${rows}"
      placeholder="${placeholder ?? ''}"
      spellcheck="false"
      ${must}
      ${aria}
    >
${value}</textarea>`
  return html`<input
    id="f-${name}"
    name="${name}"
    type="${type ?? 'text'}"
    value="${value}"
    placeholder="${placeholder ?? ''}"
    class="${mono === true ? 'mono' : ''}"
    ${must}
    ${aria}
  />`
}

export function fault({ message, hint }: Refusal, id: string): Html {
  return html`<p class="fault" id="${id}">${message}. ${hint}</p>`
}

/** A button that does one thing at once. */
export function actionButton(
  c: Context<Env>,
  given: { action: string; label: string; tone?: string; fields?: Readonly<Record<string, string>> },
): Html {
  const { action, label, tone, fields } = given
  return html`<form class="inline" method="post" action="${action}">
    ${csrfField(c)}
    ${Object.entries(fields ?? {}).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    )}<button class="button ${tone ?? ''}">${label}</button>
  </form>`
}

/** A button that first says what it will do. Opens without script. */
export function confirmButton(
  c: Context<Env>,
  given: {
    action: string
    label: string
    explain: string | Html
    sure: string
    tone?: string
    fields?: Readonly<Record<string, string>>
  },
): Html {
  const { action, label, explain, sure, tone, fields } = given
  return html`<details class="confirm">
    <summary class="button ${tone ?? ''}">${label}</summary>
    <div class="sheet">
      <p>${explain}</p>
      ${actionButton(c, { action, label: sure, tone: `${tone ?? 'primary'} sure`, ...(fields === undefined ? {} : { fields }) })}
    </div>
  </details>`
}
