/** What a person says about an event type: description, schema, example. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { checkSchema, inWords, violations } from '../json-schema.ts'
import type { Refusal } from '../refusal.ts'
import { csrfField, fault, field } from '../parts/form.ts'
import { jsonFault, wrong } from '../parts/json-text.ts'
import type { Html } from '../parts/layout.ts'

export interface Draft {
  type: string
  description: string
  schema: string
  example: string
}

export const NEW: Draft = { type: '', description: '', schema: '', example: '' }

const TYPE = /^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/
const LONGEST = 128

export function draftOf(text: (name: string) => string): Draft {
  return { type: text('type'), description: text('description'), schema: text('schema'), example: text('example') }
}

/** Null: it can be kept. */
export function faultOf({ type, schema, example }: Draft): Refusal | null {
  if (!TYPE.test(type) || type.length > LONGEST)
    return wrong(
      'type',
      `${JSON.stringify(type)} is no event type`,
      `It is made of letters, digits and _, in parts joined by dots, at most ${LONGEST} characters: noun and past tense, such as invoice.paid.`,
    )
  const broken = (schema && jsonFault('schema', schema)) || (example && jsonFault('example', example)) || null
  if (broken !== null) return broken
  const unfit = schema === '' ? [] : checkSchema(schema)
  if (unfit.length > 0) return wrong('schema', `This is no JSON Schema: ${inWords(unfit)}`)
  const against = schema === '' || example === '' ? [] : violations(schema, example)
  return against.length > 0 ? wrong('example', `It does not keep to the schema: ${inWords(against)}`) : null
}

/** `fixed`: the type is there already, and keeps its name. */
export function typeForm(
  c: Context<Env>,
  given: { draft: Draft; refusal: Refusal | null; action: string; fixed?: boolean },
): Html {
  const { draft, refusal, action, fixed } = given
  const elsewhere = refusal !== null && !Object.keys(NEW).includes(refusal.field ?? '')
  return html`<form class="form" method="post" action="${action}">
    ${csrfField(c)} ${elsewhere ? fault(refusal, 'form-fault') : ''}
    ${
      fixed === true
        ? ''
        : field({
            name: 'type',
            label: 'Type',
            value: draft.type,
            placeholder: 'invoice.paid',
            mono: true,
            required: true,
            refusal,
            hint: 'Noun and past tense, joined by a dot.',
          })
    }
    ${field({
      name: 'description',
      label: 'Description',
      value: draft.description,
      refusal,
      hint: 'When it happens, in a sentence.',
    })}
    ${field({
      name: 'example',
      label: 'Example',
      value: draft.example,
      rows: 8,
      placeholder: '{"number": 17}',
      refusal,
      hint: 'The data of one event, as JSON. Tests are sent with it.',
    })}
    ${field({
      name: 'schema',
      label: 'Schema',
      value: draft.schema,
      rows: 8,
      placeholder: '{"type": "object", "required": ["number"]}',
      refusal,
      hint: 'JSON Schema of the data, 2020-12 unless $schema says otherwise. The example has to keep to it.',
    })}
    <div class="submit">
      <button class="button primary">${fixed === true ? 'Save' : 'Define'}</button>
    </div>
  </form>`
}
