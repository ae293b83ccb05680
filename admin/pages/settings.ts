/** `/relays/settings`: how the installation behaves. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import { redirect } from '../parts/flash.ts'
import { csrfField, fault, field } from '../parts/form.ts'
import { root, show } from '../parts/layout.ts'
import { head } from '../parts/parts.ts'
import type { Pool, Query } from '../pool.ts'
import { forPsql } from '../queries.ts'
import * as queries from '../queries/settings.ts'
import type { CommentRow, Setting, Settings } from '../queries/settings.ts'
import { refusalOf, type Refusal } from '../refusal.ts'

const NAMES = Object.keys(queries.readers) as Setting[]

const LABELS: Readonly<Record<Setting, string>> = {
  notify: 'Wake relays with NOTIFY',
  strict_event_types: 'Emit only types of the catalog',
  max_payload_bytes: 'Largest payload, in bytes',
  retention: 'Retention',
  retry_schedule: 'Retry schedule',
  max_retry_after: 'Longest Retry-After',
  max_cause_depth: 'Longest chain of causes',
}

/** The bounds of the table, by the name of their constraint. */
const BOUNDS: Readonly<Record<string, readonly [name: Setting, wrong: string, right: string]>> = {
  settings_payload_size: ['max_payload_bytes', 'is out of bounds', 'Between 1024 and 16777216.'],
  settings_retention_a_day: ['retention', 'is too short', 'At least 1 day.'],
  settings_schedule_without_nulls: ['retry_schedule', 'holds a null', 'Give each wait, such as 5 s, 5 min, 2 h.'],
  settings_schedule_length: ['retry_schedule', 'is too long', 'At most 100 waits.'],
  settings_schedule_positive: ['retry_schedule', 'holds a negative wait', 'Give each wait, such as 5 s, 5 min, 2 h.'],
  settings_retry_after_bounds: ['max_retry_after', 'is out of bounds', 'Between 0 s and 7 days.'],
  settings_cause_depth: ['max_cause_depth', 'is out of bounds', 'Between 1 and 1000.'],
}

export function settingsPages(app: Hono<Env>, pool: Pool): void {
  app.use('/relays/settings', needs('admin'))
  app.get('/relays/settings', (c) => page(c, pool, null, null))
  app.post('/relays/settings', (c) => save(c, pool))
}

async function save(c: Context<Env>, pool: Pool): Promise<Response> {
  const body = await c.req.parseBody()
  const given = Object.fromEntries(
    NAMES.map((name) => [name, typeof body[name] === 'string' ? body[name].trim() : '']),
  ) as Settings
  let reading: Setting | null = null
  try {
    const { warnings } = await pool.change(c.get('actor'), async (query) => {
      // One after the other: Postgres does not say which parameter it could not read.
      for (reading of NAMES) await query(queries.readers[reading], [given[reading]])
      reading = null
      await query(
        queries.updateSettings,
        NAMES.map((name) => given[name]),
      )
    })
    const more = warnings.map(({ message }) => ` Warning: ${message}.`).join('')
    return redirect(c, 'relays/settings', more === '' ? 'good' : 'wait', `The settings are saved.${more}`)
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    c.status(422)
    return page(c, pool, given, inForm(error, refusal, reading))
  }
}

/** At its field, and without the names of constraints. */
function inForm(error: unknown, refusal: Refusal, reading: Setting | null): Refusal {
  if (reading !== null) return { ...refusal, field: reading, hint: 'Such as 30 days, 5 min, or a whole number.' }
  const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : ''
  const [name, wrong, right] = BOUNDS[constraint] ?? []
  if (name === undefined) return refusal
  return { ...refusal, field: name, message: `${LABELS[name]} ${wrong}`, hint: right ?? null }
}

async function read(query: Query) {
  const [row] = await query<Settings>(queries.settings)
  const comments = await query<CommentRow>(queries.settingComments)
  return { row, comment_of: new Map(comments.map(({ name, comment }) => [name, comment])) }
}

async function page(c: Context<Env>, pool: Pool, given: Settings | null, refusal: Refusal | null): Promise<Response> {
  const { row, comment_of } = await pool.read(read)
  const values = given ?? row
  const one = (name: Setting) =>
    field({
      name,
      label: LABELS[name],
      value: values?.[name] ?? '',
      hint: comment_of.get(name) ?? '',
      refusal,
      ...(queries.readers[name].includes('boolean')
        ? {
            options: [
              ['true', 'yes'],
              ['false', 'no'],
            ] as const,
          }
        : { mono: true, required: name !== 'retry_schedule' }),
    })
  const content = html`${head({
      title: 'Settings',
      about: 'How this installation behaves. Changes hold at once, for every relay.',
      crumbs: html`<a href="${root(c)}relays">Relays</a>`,
    })}
    <form class="form" method="post" action="${root(c)}relays/settings">
      ${csrfField(c)} ${refusal !== null && refusal.field === null ? fault(refusal, 'fault') : ''} ${NAMES.map(one)}
      <p class="submit"><button class="button primary">Save</button></p>
    </form>`
  return show(c, { title: 'Settings · Outbox', content, refresh: null, reads: [forPsql(queries.settings)] })
}
