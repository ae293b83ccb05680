/** The rule of a watch, as a form. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { csrfField, fault, field } from '../parts/form.ts'
import { root, type Html } from '../parts/layout.ts'
import type { ColumnRow } from '../queries/watches.ts'
import type { Refusal } from '../refusal.ts'

const LISTS = [
  ['columns', 'Only', 'If any is ticked, only these enter the payload'],
  ['except_columns', 'Never', 'Never enters the payload'],
  ['key_columns', 'Key', 'Identifies the row; the primary key if none is ticked'],
  ['ignore_columns', 'Ignore', 'An update that changes only these is no event'],
] as const
type List = (typeof LISTS)[number][0]

const TEXTS = ['relation', 'event_type', 'operation', 'condition', 'tenant_column', 'enrich', 'coalesce_for'] as const

export type Draft = Record<(typeof TEXTS)[number], string> & Record<List, string[]>

const OPERATIONS = [
  ['insert', 'insert: a row is new'],
  ['update', 'update: a row changes'],
  ['delete', 'delete: a row goes'],
  ['truncate', 'truncate: all rows go at once'],
] as const

/** From a form, or from nothing. */
export function draftOf(body: Record<string, unknown>): Draft {
  const all = (name: string) => [body[name]].flat().filter((value) => typeof value === 'string')
  const texts = Object.fromEntries(TEXTS.map((name) => [name, (all(name)[0] ?? '').trim()]))
  const lists = Object.fromEntries(LISTS.map(([name]) => [name, all(name)]))
  return { ...texts, ...lists } as Draft
}

/** In the order of the parameters of outbox.watch. What was left empty is not given. */
export function valuesOf(draft: Draft): unknown[] {
  const text = (value: string) => (value === '' ? null : value)
  const list = (value: string[]) => (value.length === 0 ? null : value)
  return [
    draft.relation,
    draft.event_type,
    text(draft.operation),
    text(draft.condition),
    list(draft.columns),
    list(draft.except_columns),
    list(draft.key_columns),
    list(draft.ignore_columns),
    text(draft.tenant_column),
    text(draft.enrich),
    text(draft.coalesce_for),
  ]
}

interface Given {
  draft: Draft
  refusal: Refusal | null
  columns: ColumnRow[]
}

const SHOWN: ReadonlySet<string> = new Set(
  [...TEXTS, ...LISTS.map(([name]) => name)].filter((name) => name !== 'relation'),
)

export function watchForm(c: Context<Env>, { draft, refusal, columns }: Given): Html {
  const general = refusal !== null && !SHOWN.has(refusal.field ?? '') ? refusal : null
  const one = (name: 'event_type' | 'condition' | 'enrich' | 'coalesce_for') => ({
    name,
    value: draft[name],
    refusal,
    mono: true,
  })
  return html`<form class="form" method="post" action="${root(c)}watches/new">
    ${csrfField(c)}<input type="hidden" name="relation" value="${draft.relation}" />
    ${general === null ? '' : html`<div class="field" role="alert">${fault(general, 'fault')}</div>`}
    <div class="columns">
      ${field({ ...one('event_type'), label: 'Event type', required: true, placeholder: 'invoice.paid', hint: 'Noun and past tense.' })}
      ${field({ name: 'operation', label: 'Operation', value: draft.operation || 'insert', refusal, options: OPERATIONS })}
    </div>
    ${field({
      ...one('condition'),
      label: 'Condition',
      rows: 2,
      placeholder: 'new.paid and not old.paid',
      hint: 'SQL over new.* and old.*; names of other schemas qualified. Empty: every such change is an event.',
    })}
    ${columnTable(draft, refusal, columns)}
    <div class="columns">
      ${field({
        name: 'tenant_column',
        label: 'Tenant',
        value: draft.tenant_column,
        refusal,
        hint: 'Its value becomes the tenant of the event, which a webhook can ask for.',
        options: [['', 'none'], ...columns.map(({ name }) => [name, name] as const)],
      })}
      ${field({ ...one('coalesce_for'), label: 'Coalesce', placeholder: '5 s', hint: 'Updates of one key within this time become one event. Empty: each is one.' })}
    </div>
    ${field({
      ...one('enrich'),
      label: 'Enrich',
      rows: 3,
      placeholder: '(select json_build_object(…))',
      hint: 'SQL giving json, read in the snapshot of the writer and sent as data.enriched. Runs in its transaction: keep it quick.',
    })}
    <p class="submit">
      <button class="button" name="do" value="preview">Preview</button>
      <button class="button primary" name="do" value="watch">Watch</button>
    </p>
  </form>`
}

function columnTable(draft: Draft, refusal: Refusal | null, columns: ColumnRow[]): Html {
  const wrong = LISTS.some(([name]) => name === refusal?.field) ? refusal : null
  return html`<fieldset class="field" ${wrong === null ? '' : html`aria-describedby="columns-fault"`}>
    <legend>Columns</legend>
    <table class="picks">
      <thead>
        <tr>
          <th>Column</th>
          ${LISTS.map(([, label, meaning]) => html`<th title="${meaning}">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${columns.map(
          ({ name, type }) =>
            html`<tr>
              <th scope="row"><bdi>${name}</bdi> <span class="muted">${type}</span></th>
              ${LISTS.map(
                ([list, label]) =>
                  html`<td>
                    <input
                      type="checkbox"
                      name="${list}"
                      value="${name}"
                      aria-label="${label}: ${name}"
                      ${draft[list].includes(name) ? html`checked` : ''}
                    />
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
    <ul class="hint">
      ${LISTS.map(([, label, meaning]) => html`<li>${label}: ${meaning}.</li>`)}
    </ul>
    ${wrong === null ? '' : fault(wrong, 'columns-fault')}
  </fieldset>`
}
