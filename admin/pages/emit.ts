/** `/events/new`: a custom event, written by hand. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Context } from 'hono'
import type { Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import { inWords, violations } from '../json-schema.ts'
import type { Pool } from '../pool.ts'
import { emitEvent } from '../queries/events.ts'
import { eventType, type EventTypeRow } from '../queries/event-types.ts'
import { refusalOf, type Refusal } from '../refusal.ts'
import { redirect } from '../parts/flash.ts'
import { csrfField, fault, field } from '../parts/form.ts'
import { jsonFault, textsOf, wrong } from '../parts/json-text.ts'
import { root, show } from '../parts/layout.ts'
import { head } from '../parts/parts.ts'

interface Draft {
  type: string
  key: string
  tenant: string
  data: string
  /** Whether the data has to keep to the schema of its type. */
  check: boolean
}

export function emitPages(app: Hono<Env>, pool: Pool): void {
  app.get('/events/new', needs('write'), async (c) => {
    const type = (c.req.query('type') ?? '').replaceAll('\0', '')
    const known = type === '' ? undefined : await read(pool, type)
    return form(c, { type, key: '', tenant: '', data: known?.example ?? '', check: true }, null)
  })
  app.post('/events', needs('write'), (c) => emit(c, pool))
}

async function read(pool: Pool, type: string): Promise<EventTypeRow | undefined> {
  const [row] = await pool.read((query) => query<EventTypeRow>(eventType, [type]))
  return row
}

async function emit(c: Context<Env>, pool: Pool): Promise<Response> {
  const body = await c.req.parseBody()
  const text = textsOf(body)
  const draft = {
    type: text('type'),
    key: text('key'),
    tenant: text('tenant'),
    data: text('data'),
    check: text('check') !== '',
  }
  const refused = (refusal: Refusal) => {
    c.status(422)
    return form(c, draft, refusal)
  }
  const broken = jsonFault('data', draft.data)
  if (broken !== null) return refused(broken)
  const schema = draft.check ? (await read(pool, draft.type))?.schema : null
  const found = schema == null ? [] : violations(schema, draft.data)
  if (found.length > 0)
    return refused(wrong('data', `It does not keep to the schema of ${draft.type}: ${inWords(found)}`))
  try {
    const values = [draft.type, draft.data, draft.key || null, draft.tenant || null]
    const { result } = await pool.change(c.get('actor'), (query) => query<{ id: string }>(emitEvent, values))
    return redirect(c, `events/${result[0]?.id}`, 'good', 'The event is written.')
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    return refused({ ...refusal, field: refusal.field === 'event_type' ? 'type' : refusal.field })
  }
}

function form(c: Context<Env>, draft: Draft, refusal: Refusal | null): Response | Promise<Response> {
  const elsewhere = refusal !== null && !['type', 'key', 'tenant', 'data'].includes(refusal.field ?? '')
  const content = html`${head({
      title: 'Emit an event',
      about: 'It is matched, signed and sent like any other, to every webhook that wants it.',
      crumbs: html`<a href="${root(c)}events">Events</a>`,
    })}
    <form class="form" method="post" action="${root(c)}events">
      ${csrfField(c)} ${elsewhere ? fault(refusal, 'form-fault') : ''}
      ${field({
        name: 'type',
        label: 'Type',
        value: draft.type,
        placeholder: 'invoice.paid',
        mono: true,
        required: true,
        refusal,
        hint: html`Noun and past tense. <a href="${root(c)}event-types">Those known so far</a>`,
      })}
      <div class="columns">
        ${field({ name: 'key', label: 'Key', value: draft.key, refusal, hint: 'What it is about, such as an id. Optional.' })}
        ${field({ name: 'tenant', label: 'Tenant', value: draft.tenant, refusal, hint: 'Whose event it is. Optional.' })}
      </div>
      ${field({
        name: 'data',
        label: 'Data',
        value: draft.data,
        rows: 12,
        placeholder: '{"number": 17}',
        required: true,
        refusal,
        hint: 'JSON; sent as it stands here.',
      })}
      <label class="choice">
        <input type="checkbox" name="check" value="on" ${draft.check ? html`checked` : ''} />
        <span>Refuse what does not keep to the schema of the type, where it has one</span>
      </label>
      <div class="submit"><button class="button primary">Emit</button></div>
    </form>`
  const statement = `select outbox.emit('invoice.paid', '{"number": 17}', key => '17');`
  return show(c, { title: 'Emit an event · Outbox', content, refresh: null, reads: [statement] })
}
