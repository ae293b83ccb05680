/** Which events, and which headers: the parts of a webhook's form that are lists. */
import { html } from 'hono/html'
import { fault } from '../parts/form.ts'
import type { Html } from '../parts/layout.ts'
import type { Refusal } from '../refusal.ts'
import type { EventTypeRow } from '../queries/webhook-form.ts'
import { KEPT, type Draft } from './webhook-draft.ts'

/** Grouped by the noun that types begin with. What no box stands for is a text. */
export function eventPicker(draft: Draft, types: readonly EventTypeRow[], refusal: Refusal | null): Html {
  const nouns = byNoun(types)
  const boxes = new Set(['*', ...types.map(({ type }) => type), ...[...nouns.keys()].map((noun) => `${noun}.*`)])
  const others = draft.events.filter((pattern) => !boxes.has(pattern))
  const box = (pattern: string, label: string | Html, about: string | null) =>
    html`<label class="choice" ${about === null ? '' : html`title="${about}"`}
      ><input type="checkbox" name="events" value="${pattern}" ${draft.events.includes(pattern) ? html`checked` : ''} />
      <span>${label}</span></label
    >`
  const wrong = refusal?.field === 'events'
  return html`<fieldset class="field" aria-describedby="events-hint${wrong ? ' events-fault' : ''}">
    <legend>Events</legend>
    <p class="hint" id="events-hint">All of a noun includes the types that are added to it later.</p>
    <div class="picker">
      <fieldset>
        <legend>Everything</legend>
        ${box('*', html`All events <span class="muted">*</span>`, null)}
      </fieldset>
      ${[...nouns].map(
        ([noun, members]) =>
          html`<fieldset>
            <legend><bdi>${noun}</bdi></legend>
            ${box(`${noun}.*`, html`All of <bdi>${noun}</bdi>`, null)}
            ${members.map(({ type, description }) => box(type, html`<bdi>${type}</bdi>`, description))}
          </fieldset>`,
      )}
    </div>
    <label for="f-patterns">Other patterns</label>
    <input
      id="f-patterns"
      name="patterns"
      class="mono"
      value="${others.join(' ')}"
      placeholder="invoice.* order.line.added"
      spellcheck="false"
      aria-describedby="patterns-hint"
      aria-invalid="${String(wrong)}"
    />
    <p class="hint" id="patterns-hint">Types that do not exist yet, or part of a noun; with spaces between them.</p>
    ${wrong ? fault(refusal, 'events-fault') : ''}
  </fieldset>`
}

function byNoun(types: readonly EventTypeRow[]): Map<string, EventTypeRow[]> {
  const nouns = new Map<string, EventTypeRow[]>()
  for (const row of types) {
    const noun = row.type.split('.')[0] ?? row.type
    nouns.set(noun, [...(nouns.get(noun) ?? []), row])
  }
  return nouns
}

/** Empty rows below those that are filled in; saved ones make room for more. */
const FREE_ROWS = 3

export function headerRows(draft: Draft, refusal: Refusal | null): Html {
  const rows = [...draft.headers, ...Array.from({ length: FREE_ROWS }, () => ['', ''] as const)]
  const wrong = refusal?.field === 'headers'
  const cell = (row: number, name: 'name' | 'value', value: string) =>
    html`<input
      class="mono"
      name="header_${name}"
      value="${value}"
      aria-label="${name === 'name' ? 'Name' : 'Value'} of header ${row + 1}"
      aria-invalid="${String(wrong)}"
      autocomplete="off"
      spellcheck="false"
    />`
  return html`<fieldset class="field" aria-describedby="headers-hint${wrong ? ' headers-fault' : ''}">
    <legend>Headers</legend>
    <p class="hint" id="headers-hint">
      Sent with every request, beside ours. Values can be written, never read: ${KEPT} keeps the one that is there;
      clear both to remove a header.
    </p>
    <div class="headers">${rows.map(([name, value], row) => [cell(row, 'name', name), cell(row, 'value', value)])}</div>
    ${wrong ? fault(refusal, 'headers-fault') : ''}
  </fieldset>`
}
